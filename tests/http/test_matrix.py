"""The whole matrix through HTTP: every address has its rule; every role may what the table says, in its scope and not beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from gridmap.accounts import keys
from gridmap.accounts.rights import ACCOUNT_ROLES, RIGHTS, Grant, KeyScope, Right, Role, Where
from gridmap.api.action_bodies import BODIES
from gridmap.api.live import end_streams
from gridmap.cases.workflow import Action
from gridmap.http.state import state
from gridmap.people.departments import make as make_department
from tests import callers, town

# What the frameworks serve by themselves: our scripts and styles, and the document that tells how to ask.
OPEN_BY_NATURE = {"static", "web.static", "openapi.spec"}
REFUSED = "You may not do this here ("
CASE = "{case}"


class Asked(NamedTuple):
    """One method at one address."""

    method: str
    rule: Rule
    right: Right

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


@dataclass(frozen=True)
class Stage:
    """The tiny town with one case and one person in the south-western micro-grid, and one department."""

    app: APIFlask
    case: str
    department_id: int

    def ask(self, client: FlaskClient, method: str, path: str, body: Any = None) -> TestResponse:
        client.environ_base["REMOTE_ADDR"] = "192.0.2.7"  # not this machine, which may read the figures
        given: dict[str, Any] = {"json": body} if path.startswith("/api/") and method != "GET" else {"data": body}
        return client.open(path.replace(CASE, self.case), method=method, **given)


def rules(app: APIFlask) -> Iterator[Rule]:
    yield from app.url_map.iter_rules()


@pytest.fixture(scope="module")
def stage(standing: FlaskClient) -> Iterator[Stage]:
    app = standing.application
    assert isinstance(app, APIFlask)
    lon, lat = town.spot(0.5, 0.5)
    alert = {"source": "dahua", "source_id": "M-1", "occurred_at": "2026-11-22T08:00:00+08:00", "source_code": "890"}
    opened = standing.post("/api/v1/alerts", json=alert | {"location": {"lon": lon, "lat": lat, "datum": "wgs84"}})
    assert opened.status_code == 201, opened.text
    with state(app).sessions.begin() as session:
        department = make_department(session, "repairs", {"name": "示例部门"}, actor="test")
        session.flush()
        made = Stage(app, opened.get_json()["case"]["properties"]["number"], department.id)
    yield made
    end_streams(app)


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
    ways_in = {rule for rule in everybodys if rule.startswith(("/sign-", "/r/", "/wall/key"))}
    assert everybodys - ways_in <= {"/healthz", "/readyz", "/api/docs", "/assets/<path:path>"}


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
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda place: "1" if place[1] == "int" else "nothing", rule.rule)


def refused(answer: TestResponse) -> bool:
    told = answer.get_json(silent=True) if answer.mimetype == "application/problem+json" else None
    found = answer.status_code == 403 and (told or {}).get("detail", "").startswith(REFUSED)
    answer.close()
    return found


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
    for one in asked(stage.app):
        department = stage.department_id if role is Role.HANDLER else None
        # Afresh each time: one of the addresses ends all of the account's sessions.
        client = callers.signed_in(stage.app, role, town.TOWN, department)
        answer = stage.ask(client, one.method, path_of(one.rule), {})
        expected = role not in one.right.roles and not one.right.any_account
        if expected or one.right.where is Where.ANYWHERE:
            assert refused(answer) is expected, str(one)
        answer.close()


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


# --- inside and outside of a scope --------------------------------------------------------------------------------

HERE, BESIDE = town.village(1), town.village(2)
MICRO = town.micro(1, 1)
WORDS: dict[str, Any] = {
    "to": [{"department": "repairs"}],
    "evidence": [1],
    "participants": ["示例甲"],
    "category": {"standard_ref": town.STANDARD, "kind": "matter", "code": "06010"},
    "location": {"lon": 121.405, "lat": 31.605, "datum": "wgs84"},
    "until": "2027-01-01T00:00:00+08:00",
    "reply_due_at": "2027-01-01T00:00:00+08:00",
    "request": 1,
    "supervision": 1,
    "granted": True,
    "into": "20200101-000001",
    "kind": "focus",
}


def body_of(action: Action) -> dict[str, Any]:
    """The least that an action must be told."""
    needed = [name for name, field in BODIES[action].model_fields.items() if field.is_required()]
    return {name: WORDS.get(name, "示例") for name in needed}


@pytest.mark.parametrize("action", sorted(BODIES))
def test_an_action_on_a_case_is_for_those_in_whose_scope_it_lies(stage: Stage, action: Action) -> None:
    right, path = RIGHTS[f"case.{action}"], f"/api/v1/cases/{CASE}/actions/{action}"
    for role in sorted(right.roles & ACCOUNT_ROLES):
        handler = role is Role.HANDLER  # Its department has no task here, so the case is none of its business.
        inside = None if handler else callers.signed_in(stage.app, role, MICRO if role is Role.MEMBER else HERE)
        outside = callers.signed_in(stage.app, role, BESIDE, stage.department_id if handler else None)
        answer = stage.ask(outside, "POST", path, body_of(action))
        assert answer.status_code == 403, (role, answer.text)
        assert refused(answer), role
        if inside is not None:
            answer = stage.ask(inside, "POST", path, body_of(action))
            # Not as the case stands, not without its version: but never for want of the role.
            assert answer.status_code in (200, 403, 409, 422, 428), (role, answer.text)
            assert not refused(answer), (role, answer.text)


class Try(NamedTuple):
    """A request about the south-western micro-grid, or about the whole town."""

    deed: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    of_the_town: bool = False


TRIES = (
    Try("accounts.read", "GET", "/admin/accounts", of_the_town=True),
    Try("accounts.read", "GET", "/admin/accounts/nobody", of_the_town=True),
    Try("accounts.manage", "POST", "/admin/accounts", {"username": "x"}, of_the_town=True),
    *(
        Try("accounts.manage", "POST", f"/admin/accounts/nobody/{deed}", {}, of_the_town=True)
        for deed in ("change", "grants", "grants/1/revoke", "reset", "second-factor/remove", "disable", "enable")
    ),
    Try("accounts.read", "GET", "/api/v1/accounts", of_the_town=True),
    Try("accounts.read", "GET", "/api/v1/accounts/nobody", of_the_town=True),
    Try("accounts.manage", "POST", "/api/v1/accounts", {"username": "x!"}, of_the_town=True),
    Try("accounts.manage", "POST", "/api/v1/accounts/nobody/change", {"name": "x"}, of_the_town=True),
    Try("accounts.manage", "POST", "/api/v1/accounts/nobody/grants", {"role": "member"}, of_the_town=True),
    *(
        Try("accounts.manage", "POST", f"/api/v1/accounts/nobody/{deed}", {}, of_the_town=True)
        for deed in ("grants/1/revoke", "reset", "second-factor/remove", "disable", "enable")
    ),
    Try("keys.read", "GET", "/api/v1/keys", of_the_town=True),
    Try("keys.manage", "POST", "/api/v1/keys", {"name": " ", "scopes": ["read"]}, of_the_town=True),
    Try("keys.manage", "POST", "/api/v1/keys/revoke", {"name": "none"}, of_the_town=True),
    Try("keys.read", "GET", "/admin/keys", of_the_town=True),
    Try("keys.manage", "POST", "/admin/keys", {"name": ""}, of_the_town=True),
    Try("keys.manage", "POST", "/admin/keys/revoke", {"name": "none"}, of_the_town=True),
    Try("people.read", "GET", f"/api/v1/people?grid={MICRO}"),
    Try("people.change", "POST", "/api/v1/people", {"ref": "x y", "name": "示例"}, of_the_town=True),
    Try("roster.change", "POST", f"/grids/{MICRO}/roster/shifts", {}),
)


@pytest.mark.parametrize("one", TRIES, ids=lambda one: f"{one.method} {one.path}")
def test_a_deed_is_for_those_whose_scope_covers_it(stage: Stage, one: Try) -> None:
    inside, outside = (town.TOWN, HERE) if one.of_the_town else (HERE, BESIDE)
    for role in sorted((RIGHTS[one.deed].roles & ACCOUNT_ROLES) - {Role.HANDLER}):
        answer = stage.ask(callers.signed_in(stage.app, role, outside), one.method, one.path, one.body)
        assert refused(answer), (role, answer.text)
        answer = stage.ask(callers.signed_in(stage.app, role, inside), one.method, one.path, one.body)
        assert answer.status_code != 403, (role, answer.text)
        assert not refused(answer)


def test_who_sees_names_and_phones(stage: Stage) -> None:
    with state(stage.app).sessions.begin() as session:
        found = {}
        for name, grants in {"far": [Grant(Role.MEMBER, town.micro(2, 1))], "near": [Grant(Role.GRID_HEAD, town.TOWN)]}.items():
            found[name] = callers.account(session, *grants)
    far, near = (callers.signed_in_as(stage.app, found[name]) for name in ("far", "near"))
    heads = [client.get(f"/api/v1/grids/{town.TOWN}").get_json()["head"]["name"] for client in (far, near)]
    assert heads == ["", "示例总网格长"]
    layers = [client.get("/api/v1/grids.geojson?level=town") for client in (far, near)]
    assert layers[0].headers["ETag"] != layers[1].headers["ETag"], "one's answer is not valid for the other"
