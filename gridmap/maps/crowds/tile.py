"""Tiles of cases as Mapbox Vector Tiles: the layer "crowds", and the layer "cases" of those that stand alone."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.categories import CategoryKey, catalogue
from gridmap.cases.lookup import Filter
from gridmap.cases.states import ENDED_STATES, State
from gridmap.geo.squares import Tile
from gridmap.maps.crowds import kept
from gridmap.maps.crowds.columns import STATES, Columns
from gridmap.maps.crowds.gathering import Gathered, Part, gather, within
from gridmap.maps.crowds.sifting import Sieve, Tone, tones

_STATE_OF = {number: state.value for state, number in STATES.items()}
_HASH = text("SELECT hashtextextended(:source, 0)")
# As JSON writes them, in UTC.
_MOMENTS = ", ".join(f"to_json(c.{name}) #>> '{{}}' AS {name}" for name in ("received_at", "due_at", "handled_at"))
_COUNTED = ("x", "y", "n", *(tone.word for tone in Tone))
_ENCODED = text(
    f"""
    WITH crowd AS (
        SELECT ST_MakePoint(x, y) AS geom, n, {", ".join(tone.word for tone in Tone)}
        FROM unnest({", ".join(f"CAST(:{name} AS int[])" for name in _COUNTED)}) AS given ({", ".join(_COUNTED)})
    ), alone AS (
        SELECT ST_MakePoint(x, y) AS geom, c.id, c.number, given.state, given.urgency, c.grid_code AS grid,
               {_MOMENTS},
               k.standard_ref, k.kind, k.code AS category, k.name_zh, k.name_en
        FROM unnest(CAST(:ids AS bigint[]), CAST(:xs AS int[]), CAST(:ys AS int[]),
                    CAST(:states AS text[]), CAST(:tones AS text[]))
             WITH ORDINALITY AS given (id, x, y, state, urgency, place)
        JOIN cases c ON c.id = given.id LEFT JOIN category k ON k.id = c.category_id
        ORDER BY place
    )
    SELECT coalesce((SELECT ST_AsMVT(crowd, 'crowds', 4096, 'geom') FROM crowd), '')
        || coalesce((SELECT ST_AsMVT(alone, 'cases', 4096, 'geom', 'id') FROM alone), '')
    """
)


def look(session: Session, asked: Filter, urgencies: Collection[Tone], tile: Tile, *, at: datetime) -> Gathered:
    """What a tile shows of the cases asked for: without a state the open ones, as they stand at `at`.

    Of `asked` counts what the map filters by: states, grid, category, source, since and tray.
    """
    sieve = _sieve(session, asked, urgencies)
    return gather([_sifted(within(cases, tile), sieve, at) for cases in _whole(session, asked.states)], tile)


def _sifted(cases: Columns, sieve: Sieve, at: datetime) -> Part:
    tone = tones(cases, at)
    mask = sieve.kept(cases, tone)
    return (cases, tone) if mask.all() else (cases.part(mask), tone[mask])


def encoded(session: Session, shown: Gathered) -> bytes:
    """The tile; empty where it shows nothing."""
    crowds, alone = shown
    given = dict(zip(_COUNTED, (column.tolist() for column in (*crowds[:3], *crowds.toned)), strict=True))
    given |= {"ids": alone.cases.id.tolist(), "xs": alone.x.tolist(), "ys": alone.y.tolist()}
    given["states"] = [_STATE_OF[state] for state in alone.cases.state.tolist()]
    given["tones"] = [Tone(tone).word for tone in alone.tone.tolist()]
    return bytes(session.execute(_ENCODED, given).scalar_one())


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
