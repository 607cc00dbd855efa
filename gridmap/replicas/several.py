"""The replicas that are set, each with its keeper, and whose turn it is."""

import re
from itertools import count

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError

from gridmap.db import as_sqlalchemy_url, make_looks
from gridmap.errors import Invalid, msg
from gridmap.replicas.keeper import Keeper
from gridmap.replicas.replica import Replica


def urls(text: str) -> list[str]:
    """The URLs of a setting, separated by spaces or commas; a comma may also separate hosts within one.

    Raises:
        Invalid: one is no PostgreSQL URL; says which by its number, for it may hold a password.
    """
    found = [part for part in re.split(r"[\s,]+(?=postgres(?:ql)?://)|\s+", text.strip()) if part]
    for number, url in enumerate(found, 1):
        if not _is_sound(url):
            raise Invalid(
                msg("GRIDMAP_REPLICA_URLS: number %(number)s is not written postgresql://user:password@host/name"), number=number
            )
    return found


def _is_sound(url: str) -> bool:
    try:
        make_url(as_sqlalchemy_url(url))
    except (ArgumentError, ValueError):
        return False
    return url.startswith(("postgresql://", "postgres://"))


class Replicas:
    """What the setting names; none is as good as any number.

    Args:
        text: URLs, see `urls`.
        primary: the database they are replicas of.
        lag_s: one that may lack something older than this is not asked.
    """

    def __init__(self, text: str, primary: Engine, *, lag_s: float) -> None:
        self._lag_s = lag_s
        self.all = [Replica(number, url) for number, url in enumerate(urls(text), 1)]
        self._keepers = [Keeper(replica, make_looks(primary), lag_s) for replica in self.all]
        self._turn = count()

    def is_fresh(self, replica: Replica) -> bool:
        """Whether it may be asked now."""
        return replica.behind_s <= self._lag_s

    def next(self) -> Replica | None:
        """One that may be asked, each in its turn; None where there is none."""
        fresh = [replica for replica in self.all if self.is_fresh(replica)]
        return fresh[next(self._turn) % len(fresh)] if fresh else None

    def close(self, *, wait_s: float) -> None:
        """Look after none of them any more; raises `TimeoutError` as a keeper does."""
        for keeper in self._keepers:
            keeper.close(wait_s)
