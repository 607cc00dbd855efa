"""The table of deeds: who may, and where."""

import pytest

from gridmap.accounts.caller import SYSTEM, Caller, command_line, resident
from gridmap.accounts.rights import (
    ACCOUNT_ROLES,
    RIGHTS,
    TOWN_WIDE,
    Grant,
    KeyScope,
    Right,
    Role,
    Scope,
    Where,
    allows,
    allows_somewhere,
)
from gridmap.accounts.words import KEY_SCOPES, ROLES
from tests.town import TOWN, micro, village


def account(*grants: Grant) -> Caller:
    return Caller("account:a", account_id=1, grants=grants)


INSIDE = Scope(micro(1, 1), frozenset({7}))
OUTSIDE = Scope(micro(2, 1), frozenset({8}))


@pytest.mark.parametrize("right", RIGHTS.values(), ids=lambda right: right.deed)
@pytest.mark.parametrize("role", sorted(ACCOUNT_ROLES))
def test_a_role_may_what_the_table_says_inside_its_scope_and_nowhere_else(right: Right, role: Role) -> None:
    by_grid = account(Grant(role, village(1)))
    may = role in right.roles or right.any_account
    everywhere = right.where is Where.ANYWHERE
    assert allows(by_grid, right.deed, INSIDE) is may
    assert allows(by_grid, right.deed, OUTSIDE) is (may and everywhere)
    assert allows(by_grid, right.deed, Scope(TOWN)) is (may and everywhere), "a part of the town is not the town"
    assert allows(by_grid, right.deed, TOWN_WIDE) is (may and everywhere), "what lies in no grid is the whole town's"
    assert allows(account(Grant(role, TOWN)), right.deed, TOWN_WIDE) is may
    by_department = account(Grant(role, department_id=7))
    at_tasks = right.where is Where.GRID_OR_DEPARTMENT
    assert allows(by_department, right.deed, INSIDE) is (may and (everywhere or at_tasks))
    assert allows(by_department, right.deed, OUTSIDE) is (may and everywhere)
    assert allows_somewhere(by_grid, right.deed) is may


@pytest.mark.parametrize("deed", RIGHTS)
def test_without_a_role_there_is_ones_own_account_and_no_more(deed: str) -> None:
    assert allows(account(), deed, INSIDE) is RIGHTS[deed].any_account
    assert not allows(Caller("nobody"), deed, INSIDE)


@pytest.mark.parametrize("deed", RIGHTS)
def test_a_key_may_what_its_scopes_say(deed: str) -> None:
    for scope in KeyScope:
        machine = Caller("key:a", key_scopes=frozenset({scope}))
        assert allows(machine, deed, INSIDE) is (scope in RIGHTS[deed].key_scopes) is allows_somewhere(machine, deed)


def test_a_deed_that_is_not_in_the_table_is_nobodys() -> None:
    assert not allows(SYSTEM, "case.vanish")
    assert not allows_somewhere(SYSTEM, "case.vanish")


@pytest.mark.parametrize("deed", RIGHTS)
def test_the_system_and_who_sits_at_the_machine_may_all(deed: str) -> None:
    for scope in (INSIDE, TOWN_WIDE):
        assert allows(SYSTEM, deed, scope)
        assert allows(command_line("cli:root"), deed, scope)


def test_a_resident_rates_and_does_nothing_else() -> None:
    assert {deed for deed in RIGHTS if allows(resident("17"), deed, INSIDE)} == {"case.rate"}


LOOKING = {"case.read", "case.presence"}  # To be seen looking changes nothing.


def test_an_administrator_touches_no_case_and_an_auditor_changes_nothing() -> None:
    def deeds(role: Role) -> set[str]:
        return {deed for deed, right in RIGHTS.items() if role in right.roles}

    assert {deed for deed in deeds(Role.ADMINISTRATOR) if deed.startswith("case.")} == LOOKING
    reading = {deed for deed in RIGHTS if deed.endswith(".read")}
    assert deeds(Role.AUDITOR) - reading - LOOKING == {"route.ask", "account.own", "inbox.own", "filters.own"}
    assert reading - deeds(Role.AUDITOR) == {"reporter.read"}, "reporters are known to those who handle the case"


def test_every_role_and_every_scope_of_keys_has_its_words() -> None:
    assert ROLES.keys() == set(Role)
    assert KEY_SCOPES.keys() == set(KeyScope)
