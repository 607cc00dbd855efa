"""Whoever asks, as every door hands them down. Pure."""

from dataclasses import dataclass, replace

from gridmap.accounts.rights import Grant, Role


@dataclass(frozen=True)
class Caller:
    """Whoever asks.

    Args:
        name: what the journal writes: `account:USERNAME`, `key:NAME`, `resident:LINK`, `cli:USER`, `system`.
        account_id: the account's, where one asks.
        person_id: the person the account belongs to, where it belongs to one.
        grants: the roles in force, each with its scope.
        key_scopes: what the key is good for, where a key asks.
    """

    name: str
    account_id: int | None = None
    person_id: int | None = None
    grants: tuple[Grant, ...] = ()
    key_scopes: frozenset[str] = frozenset()

    def acting_as(self, account_id: int) -> "Caller":
        """The same, doing what an account has to answer for."""
        return replace(self, account_id=account_id)

    def has(self, role: Role) -> bool:
        """Whether the role is among the grants, in whatever scope."""
        return any(grant.role is role for grant in self.grants)


_EVERYWHERE = tuple(Grant(role, "") for role in Role)
SYSTEM = Caller("system", grants=_EVERYWHERE)


def command_line(actor: str) -> Caller:
    """Whoever types on the machine itself (`actor`: `cli:USER`): who reaches the database may do all."""
    return Caller(actor, grants=_EVERYWHERE)


def resident(link: str) -> Caller:
    """Whoever follows a rating link; `link` names it without giving it away."""
    return Caller(f"resident:{link}", grants=(Grant(Role.RESIDENT),))
