"""A whole set of grids with its lineage and special zones, to be written to a file: those of a moment, or those of a plan."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from shapely.geometry import MultiPolygon
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.clock import local
from gridmap.desk.loading.export import zone_facts
from gridmap.desk.loading.fields import LAYERS
from gridmap.errors import NotFound, msg
from gridmap.geo.files.contents import Field, Kind, Layer, Place
from gridmap.geo.files.writing import write
from gridmap.geo.measure import area_m2
from gridmap.geo.shapes import united
from gridmap.grids import descent, lookup, zones
from gridmap.grids.change import GridDraft, ZoneDraft
from gridmap.grids.codes import LENGTHS, Level, level_of, parent_of
from gridmap.grids.lineage import all_levels
from gridmap.grids.models import Boundary, Grid, Publication
from gridmap.plans import lookup as plans
from gridmap.plans.models import Plan
from gridmap.plans.state import State

SUFFIXES = ("geojson", "gpkg", "zip", "kml", "csv")
MOST_NAMED = 12  # Codes in one cell; with them the text keeps below the 254 bytes of a Shapefile. The lineage has all.
_SET = (*LAYERS["grids"], Field("area_m2", Kind.NUMBER), Field("since"), Field("made_from"))
_CODES = (*_SET, Field("until"), Field("became"))
_LINEAGE = (
    *(Field(name) for name in ("from_code", "to_code", "kind", "since")),
    *(Field(name, Kind.NUMBER) for name in ("publication", "share", "area_m2")),
)
Sees = Callable[[str], bool]
Facts = dict[str, Any]


def write_set(path: Path, layer: Layer) -> int:
    """Write a set in the format of the suffix (one of `SUFFIXES`; .csv: codes alone, those that have ended too); how many rows.

    Raises:
        Invalid: the format can't hold it.
    """
    codes = path.suffix.lower() == ".csv"
    shown = replace(layer, fields=_CODES, place=Place.NONE) if codes else replace(layer, rows=_there(layer))
    write(path, shown)
    return len(shown.rows)


def _there(layer: Layer) -> list[tuple[Facts, Any]]:
    """The rows that are no ended grids'."""
    names = [field.name for field in layer.fields]
    return [({name: facts[name] for name in names}, shape) for facts, shape in layer.rows if shape is not None]


def moment_of(session: Session, publication: int) -> datetime:
    """When a publication came into force; `NotFound` when there is none."""
    found = session.get(Publication, publication)
    if found is None:
        raise NotFound(msg("There is no publication %(id)s"), id=publication)
    return found.at


def of_moment(session: Session, at: datetime, sees: Sees) -> Layer:
    """The grids and zones in force at `at`, called as they were then, those that had ended, and all lineage until then.

    `sees` says of a code whether who heads the grid is to be told.
    """
    names = {row["code"]: row for row in lookup.features(session, at=at, shapes=False)}
    query = select(Boundary.grid_code, Boundary.geom, Boundary.valid).where(Boundary.valid.contains(at))
    strands = [_strand(turn, turn.publication, turn.at) for turn in descent.recorded(session, at)]
    rows = [
        (_facts(names[code], shape, sees) | {"since": _moment(valid.lower)}, shape)
        for code, shape, valid in session.execute(query)
    ]
    ended = session.scalars(select(Grid).where(Grid.retired_at <= at)).all()
    gone = [_ended(grid, _moment(grid.retired_at)) for grid in ended]
    return _layer(rows, gone, strands, [zone.draft for zone in zones.at(session, at)])


def of_plan(session: Session, plan: Plan, step: int | None, sees: Sees) -> Layer:
    """The grids and zones of a plan's ground after one of its steps (None: where it stands), those that end, and the lineage.

    Raises:
        NotFound: the plan has no such step.
    """
    state = plans.state(session, plan, step)
    before, after = _shapes(State(state.base, state.ground)), _shapes(state)
    moved = all_levels(before, after, state.sources)
    strands = [_strand(one, None, None) for one in moved if one.from_code != one.to_code]
    rows = [(_facts(_drafted(state, code), shape, sees) | {"since": ""}, shape) for code, shape in after.items()]
    gone = [_ended(state.base.drafts[code], "") for code in before.keys() - after.keys()]
    return _layer(rows, gone, strands, zones.lying_on(state.zones.values(), after.values()))


def _shapes(state: State) -> dict[str, MultiPolygon]:
    """The grids of all levels below a plan's ground, the upper ones as the unions of theirs."""
    micros = state.children(state.ground)
    shapes = dict(micros)
    for digits in (LENGTHS[level] for level in (Level.VILLAGE, Level.TOWN) if LENGTHS[level] >= len(state.ground)):
        parts: dict[str, list[MultiPolygon]] = {}
        for code, shape in micros.items():
            parts.setdefault(code[:digits], []).append(shape)
        shapes |= {code: united(found) for code, found in parts.items()}
    return shapes


def _drafted(state: State, code: str) -> Facts:
    draft = state.grid(code)
    names = ("code", "name", "name_en", "head_name", "head_phone")
    return {name: getattr(draft, name) for name in names}


def _facts(row: Mapping[str, Any], shape: MultiPolygon, sees: Sees) -> Facts:
    code = row["code"]
    seen = sees(code)
    return {
        **{name: row[name] for name in ("code", "name", "name_en")},
        **{name: row[name] if seen else "" for name in ("head_name", "head_phone")},
        "level": str(level_of(code)),
        "parent": parent_of(code),
        "area_m2": round(area_m2(shape), 1),
    }


def _ended(grid: Grid | GridDraft, until: str) -> Facts:
    names = {name: getattr(grid, name) for name in ("code", "name", "name_en")}
    return {**names, "level": str(level_of(grid.code)), "parent": parent_of(grid.code), "until": until}


def _kin(strands: Iterable[Facts], of: str, other: str) -> dict[str, str]:
    """For each code the first few codes at the other end of its strands."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in strands:
        if one[of] and one[other]:
            found[one[of]].add(one[other])
    return {code: _few(sorted(codes)) for code, codes in found.items()}


def _few(found: list[str]) -> str:
    return ";".join(found[:MOST_NAMED]) + (";…" if len(found) > MOST_NAMED else "")


def _strand(one: Any, publication: int | None, at: datetime | None) -> Facts:
    share = one.area_share if hasattr(one, "area_share") else one.share
    ends = {"from_code": one.from_code, "to_code": one.to_code, "kind": str(one.kind), "since": _moment(at)}
    return ends | {"publication": publication, "share": round(share, 6), "area_m2": round(one.area_m2, 1)}


def _moment(at: datetime | None) -> str:
    return "" if at is None else local(at).isoformat(timespec="seconds")


def _layer(rows: list[tuple[Facts, MultiPolygon]], ended: list[Facts], strands: list[Facts], there: Iterable[ZoneDraft]) -> Layer:
    made_from, became = _kin(strands, "to_code", "from_code"), _kin(strands, "from_code", "to_code")
    told = [(facts | {"made_from": made_from.get(facts["code"], "")}, shape) for facts, shape in rows]
    order = sorted(told, key=lambda row: (len(row[0]["code"]), row[0]["code"]))
    gone = [(one | {"became": became.get(one["code"], "")}, None) for one in sorted(ended, key=lambda one: str(one["code"]))]
    lineage = Layer("lineage", _LINEAGE, [(facts, None) for facts in strands], Place.NONE)
    special = Layer("zones", LAYERS["zones"], [(zone_facts(zone), zone.shape) for zone in there], Place.AREA)
    return Layer("grids", _SET, [*order, *gone], Place.AREA, tables=(lineage,), layers=(special,))
