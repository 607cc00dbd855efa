"""Roles, scopes and deeds in words; English sentences are translation keys (see gridmap.errors.msg)."""

from collections.abc import Mapping

from gridmap.accounts.rights import KeyScope, Role
from gridmap.errors import msg

ROLES: Mapping[Role, str] = {
    Role.OPERATOR: msg("operator"),
    Role.PLANNER: msg("planner"),
    Role.MEMBER: msg("micro-grid member"),
    Role.MICRO_HEAD: msg("micro-grid head"),
    Role.GRID_HEAD: msg("grid head"),
    Role.HANDLER: msg("department handler"),
    Role.RESIDENT: msg("resident"),
    Role.ADMINISTRATOR: msg("administrator"),
    Role.AUDITOR: msg("auditor"),
    Role.DEVICE: msg("device"),
}
KEY_SCOPES: Mapping[KeyScope, str] = {
    KeyScope.ALERTS: msg("send alerts"),
    KeyScope.READ: msg("read the map and the cases"),
    KeyScope.ROUTE: msg("ask for routes"),
    KeyScope.METRICS: msg("read the figures of the service"),
    KeyScope.WALL: msg("show the wall"),
}
