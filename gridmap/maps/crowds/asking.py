"""The cases that somebody asks for, out of what is kept, each with its tone."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.categories import CategoryKey, catalogue
from gridmap.cases.lookup import Filter
from gridmap.cases.states import ENDED_STATES, State
from gridmap.maps.crowds import kept
from gridmap.maps.crowds.columns import Columns
from gridmap.maps.crowds.gathering import Part
from gridmap.maps.crowds.sifting import Sieve, Tone, tones

_HASH = text("SELECT hashtextextended(:source, 0)")


def those(
    session: Session,
    asked: Filter,
    urgencies: Collection[Tone],
    *,
    at: datetime,
    cut: Callable[[Columns], Columns] = lambda cases: cases,
) -> list[Part]:
    """The cases asked for, as they stand at `at`: without a state the open ones.

    Of `asked` counts what the map filters by: states, grid, category, source, since and tray. `cut` takes a part of all cases
    before anybody looks at them one by one.
    """
    sieve = _sieve(session, asked, urgencies)
    return [_sifted(cut(cases), sieve, at) for cases in _whole(session, asked.states)]


def _sifted(cases: Columns, sieve: Sieve, at: datetime) -> Part:
    tone = tones(cases, at)
    mask = sieve.kept(cases, tone)
    return (cases, tone) if mask.all() else (cases.part(mask), tone[mask])


def _whole(session: Session, states: Sequence[State]) -> list[Columns]:
    """Of the open and the ended cases those that can be meant."""
    ended = [state in ENDED_STATES for state in states]
    return [kept.cases(session, ended=one) for one in (False, True) if one in ended or not (states or one)]


def _sieve(session: Session, asked: Filter, urgencies: Collection[Tone]) -> Sieve:
    known = catalogue(session, map(CategoryKey._make, asked.category)).by_key.values()
    return Sieve(
        states=asked.states,
        tones=urgencies,
        grid=asked.grid,
        categories={one.id for one in known} if asked.category else None,
        source=None if asked.source is None else session.execute(_HASH, {"source": asked.source}).scalar_one(),
        since=asked.since,
        tray=asked.tray,
    )
