"""Tiles of cases as Mapbox Vector Tiles: the layer "crowds", and the layer "cases" of those that stand alone."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.lookup import Filter
from gridmap.cases.past import EVERY_CASE
from gridmap.geo.squares import Tile
from gridmap.maps.crowds.asking import those
from gridmap.maps.crowds.columns import STATE_OF
from gridmap.maps.crowds.gathering import Gathered, gather, within
from gridmap.maps.crowds.sifting import Tone

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
        JOIN {EVERY_CASE} c ON c.id = given.id LEFT JOIN category k ON k.id = c.category_id
        ORDER BY place
    )
    SELECT coalesce((SELECT ST_AsMVT(crowd, 'crowds', 4096, 'geom') FROM crowd), '')
        || coalesce((SELECT ST_AsMVT(alone, 'cases', 4096, 'geom', 'id') FROM alone), '')
    """
)


def look(session: Session, asked: Filter, urgencies: Collection[Tone], tile: Tile, *, at: datetime) -> Gathered:
    """What a tile shows of the cases asked for (see `asking.those`), as they stand at `at`."""
    return gather(those(session, asked, urgencies, at=at, cut=lambda cases: within(cases, tile)), tile)


def encoded(session: Session, shown: Gathered) -> bytes:
    """The tile; empty where it shows nothing."""
    crowds, alone = shown
    given = dict(zip(_COUNTED, (column.tolist() for column in (*crowds[:3], *crowds.toned)), strict=True))
    given |= {"ids": alone.cases.id.tolist(), "xs": alone.x.tolist(), "ys": alone.y.tolist()}
    given["states"] = [STATE_OF[state] for state in alone.cases.state.tolist()]
    given["tones"] = [Tone(tone).word for tone in alone.tone.tolist()]
    return bytes(session.execute(_ENCODED, given).scalar_one())
