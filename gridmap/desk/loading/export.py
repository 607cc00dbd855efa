"""Write a layer to a file: the inverse of loading it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases.loop_models import CategoryOwner
from gridmap.cases.models import Case, Category, SourceCode, TimeLimit
from gridmap.cases.past import PastCase
from gridmap.desk.loading import roll
from gridmap.desk.loading.fields import LAYERS
from gridmap.errors import Invalid, NotFound, msg
from gridmap.geo.files.contents import Layer, Place, Progress, silent
from gridmap.geo.files.reading import SUFFIXES as READ
from gridmap.geo.files.writing import SUFFIXES, write
from gridmap.grids import zones
from gridmap.grids.change import ZoneDraft
from gridmap.grids.codes import Level
from gridmap.grids.households import HouseholdCount
from gridmap.grids.models import Boundary, Grid
from gridmap.people.models import Department
from gridmap.places.models import Camera, ServicePoint
from gridmap.routing.route import Basis

Row = tuple[dict[str, Any], BaseGeometry | None]
_CHUNK = 5000
_DATED = ("grids", "zones")


@dataclass(frozen=True)
class Ask:
    """What is wanted: the grids and zones in force at a moment (None: now), only micro-grids with their polygon or all."""

    session: Session
    at: datetime | None
    micro_only: bool
    progress: Progress


def export_file(session: Session, layer: str, path: Path, *, at: datetime | None = None, progress: Progress = silent) -> int:
    """Write `layer` (one of `EXPORTS`) to `path` in the format of its suffix; answers how many rows.

    Args:
        session: read only.
        layer: grids, zones, cameras, service-points, cases, categories, time-limits or source-codes.
        path: .geojson, .gpkg, .zip (Shapefile), .csv, .tsv or .xlsx; tables without places only the last three.
        at: the moment whose boundaries are meant, for grids and zones only.
        progress: told now and then how far it is.

    Raises:
        Invalid: the format can't hold the layer, or is none that is read again.
        NotFound: there is no such layer.
    """
    if layer not in _ROWS:
        raise NotFound(msg("There is no layer '%(layer)s'; these there are: %(known)s"), layer=layer, known=", ".join(EXPORTS))
    if at is not None and layer not in _DATED:
        raise Invalid(msg("Only grids and zones are kept for past moments; leave --at out"), field="at")
    known = [suffix for suffix in SUFFIXES if suffix in READ]  # Of KML there is no way back.
    if path.suffix.lower() not in known:
        text = msg("Files of kind '%(suffix)s' can't be written; these can: %(known)s")
        raise Invalid(text, field="file", suffix=path.suffix.lower(), known=" ".join(known))
    rows, place = _ROWS[layer]
    # A union's polygon would not fit into a cell of Excel, and it follows from the micro-grids.
    found = list(rows(Ask(session, at, path.suffix.lower() == ".xlsx", progress)))
    write(path, Layer(layer, LAYERS[layer], found, place))
    return len(found)


def _grids(ask: Ask) -> Iterable[Row]:
    moment = ask.at if ask.at is not None else func.now()
    rows = ask.session.execute(
        select(Grid, Boundary.geom)
        .join(Boundary, Boundary.grid_code == Grid.code)
        .where(Boundary.valid.contains(moment))
        .order_by(func.length(Grid.code), Grid.code.collate("C"))
    )
    for grid, shape in rows:
        properties = {
            "code": grid.code,
            "level": str(grid.level),
            "name": grid.name,
            "name_en": grid.name_en,
            "parent": grid.parent_code,
            "head_name": grid.head_name,
            "head_phone": grid.head_phone,
        }
        wanted = not ask.micro_only or grid.level == Level.MICRO
        yield properties, _simplest(shape) if wanted else None


def _simplest(shape: shapely.MultiPolygon) -> BaseGeometry:
    return shape.geoms[0] if len(shape.geoms) == 1 else shape


def _zones(ask: Ask) -> Iterable[Row]:
    for zone in zones.at(ask.session, ask.at or clock.now()):
        yield zone_facts(zone.draft), _simplest(zone.geom)


def zone_facts(zone: ZoneDraft) -> dict[str, Any]:
    """A special zone as the fields of its layer."""
    facts = {name: getattr(zone, name) for name in ("code", "name", "name_en", "kind", "target")}
    return {**facts, "kind": str(zone.kind), "takes": list(zone.takes)}


def _cameras(ask: Ask) -> Iterable[Row]:
    names = [field.name for field in LAYERS["cameras"]]
    for camera in ask.session.scalars(select(Camera).order_by(Camera.id)):
        facts = {name: getattr(camera, name) for name in names}
        yield facts | {"state": str(camera.state), "last_heard_at": _time(camera.last_heard_at)}, camera.location


def _service_points(ask: Ask) -> Iterable[Row]:
    names = [field.name for field in LAYERS["service-points"]]
    for point in ask.session.scalars(select(ServicePoint).order_by(ServicePoint.code)):
        yield {name: getattr(point, name) for name in names}, point.location


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else clock.local(moment).isoformat()


def _cases(ask: Ask) -> Iterable[Row]:
    plain = ("source", "source_id", "source_code", "address", "text", "accuracy_m", "camera_id", "media")
    for i, (case, standard_ref, kind, code) in enumerate(chain(_those(ask, PastCase), _those(ask, Case)), start=1):
        facts = {name: getattr(case, name) for name in plain}
        facts |= {"standard_ref": standard_ref, "kind": kind, "code": code, "state": str(case.state)}
        facts["basis"] = case.route["basis"] if case.route else str(Basis.LOCATION)
        facts["media"] = facts["media"] or []
        facts |= {name: _time(getattr(case, name)) for name in ("occurred_at", "received_at", "closed_at")}
        yield {field.name: facts[field.name] for field in LAYERS["cases"]}, case.location
        if i % _CHUNK == 0:
            ask.progress("read", i, 0)


def _those(ask: Ask, entity: type[Case] | type[PastCase]) -> Iterable[Any]:
    rows = select(entity, Category.standard_ref, Category.kind, Category.code)
    joined = rows.outerjoin(Category, Category.id == entity.category_id).order_by(entity.id)
    return ask.session.execute(joined.execution_options(yield_per=_CHUNK))


def _table(name: str, *entities: Any) -> Callable[[Ask], Iterable[Row]]:
    """Rows of a category table; every field is a column of one of the entities, the first that has it."""

    def rows(ask: Ask) -> Iterable[Row]:
        query = select(*entities)
        if len(entities) > 1:
            query = query.join(Category, Category.id == entities[0].category_id)
        key = (Category.standard_ref, Category.kind, Category.code, entities[0].__mapper__.primary_key[0])
        for found in ask.session.execute(query.order_by(*key)):
            yield (
                {
                    field.name: _plain(next(getattr(e, field.name) for e in found if hasattr(e, field.name)))
                    for field in LAYERS[name]
                },
                None,
            )

    return rows


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _owners(ask: Ask) -> Iterable[Row]:
    rows = ask.session.execute(
        select(Category, Department.code)
        .join(CategoryOwner, CategoryOwner.category_id == Category.id)
        .join(Department, Department.id == CategoryOwner.department_id)
        .order_by(Category.standard_ref, Category.kind, Category.code, Department.code)
    )
    for category, department in rows:
        key = {"standard_ref": category.standard_ref, "kind": category.kind, "code": category.code}
        yield {**key, "department": department}, None


def _households(ask: Ask) -> Iterable[Row]:
    counts = select(HouseholdCount).order_by(HouseholdCount.grid_code.collate("C"), HouseholdCount.counted_on)
    for one in ask.session.scalars(counts):
        facts = {"code": one.grid_code, "households": one.households, "counted_on": one.counted_on.isoformat()}
        yield facts | {"source": one.source}, None


def _people(name: str) -> Callable[[Ask], Iterable[Row]]:
    return lambda ask: ((facts, None) for facts in roll.ROWS[name](ask.session))


_ROWS: dict[str, tuple[Callable[[Ask], Iterable[Row]], Place]] = {
    "grids": (_grids, Place.AREA),
    "zones": (_zones, Place.AREA),
    "cameras": (_cameras, Place.POINT),
    "service-points": (_service_points, Place.POINT),
    "cases": (_cases, Place.POINT),
    "categories": (_table("categories", Category), Place.NONE),
    "time-limits": (_table("time-limits", TimeLimit, Category), Place.NONE),
    "source-codes": (_table("source-codes", SourceCode, Category), Place.NONE),
    "households": (_households, Place.NONE),
    "owners": (_owners, Place.NONE),
} | {name: (_people(name), Place.NONE) for name in roll.ROWS}
EXPORTS = tuple(_ROWS)
