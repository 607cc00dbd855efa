"""The whole matrix through HTTP: every address has its rule; every role may what the table says, in its scope and not beside it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from apiflask import APIFlask
from werkzeug.routing import Rule

from gridmap.accounts import keys
from gridmap.accounts.rights import ACCOUNT_ROLES, RIGHTS, KeyScope, Right, Role, Where
from gridmap.http.state import state
from tests import callers, town
from tests.http.stage import Stage, refused

# What the frameworks serve by themselves: our scripts and styles, and the document that tells how to ask.
OPEN_BY_NATURE = {"static", "openapi.spec"}


class Asked(NamedTuple):
    """One method at one address."""

    method: str
    rule: Rule
    right: Right

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


def rules(app: APIFlask) -> Iterator[Rule]:
    yield from app.url_map.iter_rules()


def test_every_address_has_its_rule(stage: Stage) -> None:
    """A new route without one fails here: put `needs(deed)` or `public(why)` right below it."""
    views = stage.app.view_functions
    bare = {
        r.rule for r in rules(stage.app) if not hasattr(views[r.endpoint], "deed") and not hasattr(views[r.endpoint], "public")
    }
    assert bare == {r.rule for r in rules(stage.app) if r.endpoint in OPEN_BY_NATURE}


def test_what_is_everybodys_is_little(stage: Stage) -> None:
    views = stage.app.view_functions
    everybodys = {r.rule for r in rules(stage.app) if hasattr(views[r.endpoint], "public")}
    ways_in = {rule for rule in everybodys if rule.startswith(("/sign-", "/r/", "/wall/key", "/shared/plans/"))}
    files = {"/static/v/<version>/<path:filename>", "/assets/<path:path>", "/assets/v/<version>/<path:path>"}
    assert everybodys - ways_in <= {"/healthz", "/readyz", "/api/docs"} | files


def asked(app: APIFlask) -> list[Asked]:
    """Every method of every address that is a deed."""
    found = []
    for rule in rules(app):
        deed = getattr(app.view_functions[rule.endpoint], "deed", None)
        if deed is not None:
            found += [Asked(method, rule, RIGHTS[deed]) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return found


def path_of(rule: Rule) -> str:
    """The address with something in its places; whether it exists does not matter to who may ask."""
    return re.sub(r"<(?:(\w+)(?:\(([^)]*)\))?:)?\w+>", _something, rule.rule)


def _something(place: re.Match[str]) -> str:
    """A number, one of the words it may be, or a word."""
    kind, values = place[1], place[2]
    return "1" if kind == "int" else values.split(",")[0] if kind == "any" else "nothing"


def test_nobody_and_who_has_no_role_get_nowhere(stage: Stage) -> None:
    with state(stage.app).sessions.begin() as session:
        bare = callers.account(session)
    for one in asked(stage.app):
        path = path_of(one.rule)
        stranger = stage.ask(callers.anonymous(stage.app), one.method, path, {})
        # A page's form lacks its token before anybody is asked for.
        assert stranger.status_code in ((401,) if one.method == "GET" or path.startswith("/api/") else (401, 403)), str(one)
        if not one.right.any_account:
            assert refused(stage.ask(callers.signed_in_as(stage.app, bare), one.method, path, {})), str(one)


@pytest.mark.parametrize("role", sorted(ACCOUNT_ROLES))
def test_a_role_may_what_the_table_says(stage: Stage, role: Role) -> None:
    department = stage.department_id if role is Role.HANDLER else None
    client = callers.signed_in(stage.app, role, town.TOWN, department)
    for one in asked(stage.app):
        answer = stage.ask(client, one.method, path_of(one.rule), {})
        expected = role not in one.right.roles and not one.right.any_account
        if expected or one.right.where is Where.ANYWHERE:
            assert refused(answer) is expected, str(one)
        answer.close()
        if one.right.any_account:  # It may have ended the account's sessions.
            client = callers.signed_in(stage.app, role, town.TOWN, department)


@pytest.mark.parametrize("scope", KeyScope)
def test_a_key_may_what_its_scope_says(stage: Stage, scope: KeyScope) -> None:
    with state(stage.app).sessions.begin() as session:
        secret = keys.create(session, f"matrix {scope}", scopes=[scope], actor="test")
    for one in asked(stage.app):
        answer = stage.ask(callers.with_key(stage.app, secret), one.method, path_of(one.rule), {})
        if scope in one.right.key_scopes:
            assert not refused(answer), str(one)
        elif one.right.deed in ("account.own", "inbox.own") and answer.status_code == 401:
            continue  # A session is asked for, and a machine has none.
        else:
            assert refused(answer), str(one)
