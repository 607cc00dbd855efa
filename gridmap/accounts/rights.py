"""The one table: which deed needs which role, and where the role must hold. Pure.

A role holds within a scope: a grid and all below it (codes are nested, so that is a prefix), or a line department. Roles and
their work follow Chongming's practice of micro-grid governance: members and heads act in their grids, departments on their
tasks, the town's operators steer the flow, administrators keep people and accounts but touch no case.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

TOWN_DIGITS = 9


class Role(StrEnum):
    """What somebody is."""

    OPERATOR = "operator"
    PLANNER = "planner"
    MEMBER = "member"
    MICRO_HEAD = "micro_head"
    GRID_HEAD = "grid_head"
    HANDLER = "handler"
    RESIDENT = "resident"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    DEVICE = "device"


# A resident comes by a signed link and a device by its key: neither has an account.
ACCOUNT_ROLES = frozenset(Role) - {Role.RESIDENT, Role.DEVICE}


class Where(StrEnum):
    """What a role's scope must cover."""

    ANYWHERE = "anywhere"
    GRID = "grid"
    GRID_OR_DEPARTMENT = "grid_or_department"


class KeyScope(StrEnum):
    """What an API key may be good for."""

    ALERTS = "alerts"
    READ = "read"
    ROUTE = "route"
    METRICS = "metrics"
    WALL = "wall"


@dataclass(frozen=True)
class Grant:
    """A role within a scope: a grid's code (it and all below it; "" is everything), or a department's id."""

    role: Role
    grid_code: str | None = None
    department_id: int | None = None


@dataclass(frozen=True)
class Scope:
    """Where a deed happens: in a grid of any level (None: in none, which is the town's business), for departments.

    `held_in` is the grid a case lay in until the boundaries were redrawn, while people there still have a task of it.
    """

    grid_code: str | None = None
    department_ids: frozenset[int] = frozenset()
    held_in: str | None = None


TOWN_WIDE = Scope()


@dataclass(frozen=True)
class Right:
    """One line of the table.

    Args:
        deed: its name, `noun.verb`; a case's actions are `case.` and the action.
        roles: who may.
        where: what the role's scope must cover.
        key_scopes: the scopes of keys that let a machine do it, if any may; the usual one first.
        any_account: every account may, even one without a role.
    """

    deed: str
    roles: frozenset[Role]
    where: Where
    key_scopes: tuple[KeyScope, ...] = ()
    any_account: bool = False


class Asking(Protocol):
    """Whoever asks; `caller.Caller` is one."""

    @property
    def account_id(self) -> int | None: ...  # see Caller
    @property
    def grants(self) -> tuple[Grant, ...]: ...  # same
    @property
    def key_scopes(self) -> frozenset[str]: ...  # same


_OPERATOR = frozenset({Role.OPERATOR})
_HEADS = frozenset({Role.MICRO_HEAD, Role.GRID_HEAD})
_IN_THE_GRID = _HEADS | {Role.MEMBER}
_HANDLING = _IN_THE_GRID | {Role.HANDLER}
_WORKING = _HANDLING | _OPERATOR
_KEEPING = frozenset({Role.ADMINISTRATOR})
_LOOKING = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
_EVERYBODY = ACCOUNT_ROLES


def _right(
    deed: str,
    roles: Iterable[Role],
    where: Where = Where.ANYWHERE,
    *,
    key_scopes: tuple[KeyScope, ...] = (),
    any_account: bool = False,
) -> Right:
    return Right(deed, frozenset(roles), where, key_scopes, any_account)


_GRID, _TASK = Where.GRID, Where.GRID_OR_DEPARTMENT

_TABLE = (
    # Reading. What maps and lists show carries no personal data.
    _right("map.read", _EVERYBODY, key_scopes=(KeyScope.READ, KeyScope.WALL)),
    _right("case.read", _EVERYBODY, key_scopes=(KeyScope.READ, KeyScope.WALL)),
    _right("people.read", _WORKING | _LOOKING, _TASK),
    _right("reporter.read", _WORKING, _TASK),
    _right("evidence.read", _WORKING | {Role.AUDITOR}, _TASK),
    _right("report.read", _OPERATOR | _HEADS | _LOOKING | {Role.PLANNER}),
    _right("wall.read", _OPERATOR | _HEADS | _LOOKING | {Role.PLANNER}, key_scopes=(KeyScope.WALL,)),
    _right("journal.read", _LOOKING),
    _right("metrics.read", _LOOKING, key_scopes=(KeyScope.METRICS,)),
    # Bringing in.
    _right("alerts.send", _OPERATOR | _IN_THE_GRID, key_scopes=(KeyScope.ALERTS,)),
    _right("route.ask", _EVERYBODY, key_scopes=(KeyScope.ROUTE,)),
    # Keeping people, rosters and departments; those are the whole town's business.
    _right("people.change", _KEEPING, _GRID),
    _right("roster.change", _KEEPING | _HEADS, _GRID),
    _right("roster.swap", _KEEPING | _IN_THE_GRID, _GRID),
    _right("department.change", _KEEPING, _GRID),
    # Drawing grids.
    _right("grids.plan", {Role.PLANNER}, _GRID),
    _right("grids.publish", {Role.PLANNER}, _GRID),
    _right("plan.read", {Role.PLANNER, Role.GRID_HEAD} | _OPERATOR | _LOOKING, _GRID),
    _right("plan.comment", {Role.PLANNER, Role.GRID_HEAD} | _OPERATOR | _KEEPING, _GRID),
    _right("plan.approve", {Role.PLANNER} | _KEEPING, _GRID),
    # Accounts and keys. Only an administrator of the whole town keeps them: a grant can't make another one wider.
    _right("accounts.read", _LOOKING, _GRID),
    _right("accounts.manage", _KEEPING, _GRID),
    _right("keys.read", _LOOKING, _GRID),
    _right("keys.manage", _KEEPING, _GRID),
    _right("tasks.own", _WORKING),
    _right("account.own", _EVERYBODY, any_account=True),
    _right("inbox.own", _EVERYBODY, any_account=True),
    _right("filters.own", _EVERYBODY, any_account=True),
    # The life of a case: taken and handled by members, heads and departments …
    _right("case.accept", _HANDLING, _TASK),
    _right("case.start", _HANDLING, _TASK),
    _right("case.self_handle", _IN_THE_GRID, _GRID),
    _right("case.hand_up", {Role.MEMBER, Role.MICRO_HEAD}, _GRID),
    _right("case.consult", _HEADS, _GRID),
    _right("case.dispatch", _HEADS | _OPERATOR, _GRID),
    _right("case.hand_back", _HANDLING, _TASK),
    _right("case.transfer", _WORKING, _TASK),
    _right("case.finish", _HANDLING, _TASK),
    _right("case.ask_extension", _HANDLING, _TASK),
    _right("case.ask_suspension", _HANDLING, _TASK),
    _right("case.ask_appeal", _HANDLING, _TASK),
    _right("case.answer_supervision", _HANDLING, _TASK),
    _right("case.resume", _WORKING, _TASK),
    _right("case.attach", _WORKING, _TASK),
    _right("case.comment", _WORKING, _TASK),
    _right("case.favourite", _WORKING, _TASK),
    _right("case.advice", _WORKING, _TASK),
    _right("case.presence", _EVERYBODY),
    # … checked and reviewed by those above (never one's own handling: the workflow sees to that) …
    _right("case.verify", _HEADS | _OPERATOR, _GRID),
    _right("case.rework", _HEADS | _OPERATOR, _GRID),
    _right("case.review", _HEADS | _OPERATOR, _GRID),
    _right("case.review_extension", _HEADS, _GRID),
    _right("case.review_suspension", {Role.GRID_HEAD}, _GRID),
    _right("case.review_appeal", {Role.GRID_HEAD, Role.OPERATOR}, _GRID),
    _right("case.supervise", {Role.GRID_HEAD, Role.OPERATOR}, _GRID),
    _right("case.lift_supervision", {Role.GRID_HEAD, Role.OPERATOR}, _GRID),
    # … steered by the town's operators …
    _right("case.classify", _OPERATOR, _GRID),
    _right("case.locate", _OPERATOR, _GRID),
    _right("case.merge", _OPERATOR, _GRID),
    _right("case.unmerge", _OPERATOR, _GRID),
    _right("case.void", _OPERATOR, _GRID),
    _right("case.close", _OPERATOR, _GRID),
    _right("case.reopen", _OPERATOR, _GRID),
    _right("case.bulk", _OPERATOR, _GRID),
    _right("rating.invite", _HEADS | _OPERATOR, _GRID),
    # … and rated by residents, each by a link for one case.
    _right("case.rate", {Role.RESIDENT}),
)
RIGHTS: Mapping[str, Right] = {right.deed: right for right in _TABLE}


def covers(grant: Grant, scope: Scope, where: Where) -> bool:
    """Whether a grant holds there. What lies in no grid is the business of grants for the whole town."""
    if where is Where.ANYWHERE:
        return True
    if grant.department_id is not None:
        return where is Where.GRID_OR_DEPARTMENT and grant.department_id in scope.department_ids
    if grant.grid_code is None:
        return False
    if scope.held_in is not None and scope.held_in.startswith(grant.grid_code):
        return True
    if scope.grid_code is None:
        return len(grant.grid_code) <= TOWN_DIGITS
    return scope.grid_code.startswith(grant.grid_code)


def allows(asking: Asking, deed: str, scope: Scope = TOWN_WIDE) -> bool:
    """Whether whoever asks may do `deed` in `scope`; a deed that is not in the table is nobody's."""
    right = RIGHTS.get(deed)
    if right is None:
        return False
    if not asking.key_scopes.isdisjoint(right.key_scopes):
        return True
    if right.any_account and asking.account_id is not None:
        return True
    return any(grant.role in right.roles and covers(grant, scope, right.where) for grant in asking.grants)


def allows_somewhere(asking: Asking, deed: str) -> bool:
    """Whether there is any scope in which whoever asks may do `deed`: what a door asks before it knows the scope."""
    right = RIGHTS.get(deed)
    return right is not None and (
        allows(asking, deed)
        or any(grant.role in right.roles and covers(grant, _own(grant), right.where) for grant in asking.grants)
    )


def _own(grant: Grant) -> Scope:
    return Scope(grant.grid_code, frozenset() if grant.department_id is None else frozenset({grant.department_id}))
