"""The demo town, brought in through the same deeds as any other, its times moved so that its newest case is new."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.load import load_contents, load_file
from gridmap.desk.loading.report import Report
from gridmap.errors import Conflict, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files.contents import Contents
from gridmap.geo.files.reading import read
from gridmap.grids.models import Grid

IN_FORCE_FOR = timedelta(days=120)  # Longer than its oldest case is old, so that each finds the boundaries of its day.
ZONES_FOR = timedelta(days=100)  # In force before its oldest case.
PEOPLE_SINCE = timedelta(days=110)  # A little later than the grids: nobody is appointed to a grid that is not there yet.
_TABLES = ("categories", "time_limits", "source_codes")
_STAFF = (
    ("kinds", "post_kinds"),
    ("kinds", "duty_kinds"),
    ("departments", "departments"),
    ("owners", "owners"),
    ("people", "people"),
    ("rosters", "rosters"),
)
_TIMES = ("occurred_at", "received_at", "closed_at", "last_heard_at")


def load_demo(session: Session, data: Path, terms: Terms) -> list[Report]:
    """Load everything under `data` (categories/, geojson/, people/) into an empty database. The caller commits.

    Raises:
        Conflict: there are grids already.
    """
    if session.scalar(select(Grid.code).limit(1)) is not None:
        raise Conflict(msg("There is a town in the database already; the demo town needs an empty one"))
    reports = [load_file(session, "categories", data / "categories" / f"{name}.csv", datum=None, terms=terms) for name in _TABLES]
    reports.append(load_file(session, "clocks", data / "categories" / "stage_limits.csv", datum=None, terms=terms))
    places = data / "geojson"
    founding = replace(terms, valid_from=terms.now - IN_FORCE_FOR, note="演示镇，边界为虚构 · Demo town, invented boundaries")
    reports.append(load_file(session, "grids", places / "grids.geojson", datum=Datum.WGS84, terms=founding))
    zoning = replace(founding, valid_from=terms.now - ZONES_FOR, note="演示专属区域，均为虚构 · Demo zones, all invented")
    reports.append(load_file(session, "zones", places / "zones.geojson", datum=Datum.WGS84, terms=zoning))
    reports.append(load_file(session, "service-points", places / "service-points.geojson", datum=Datum.WGS84, terms=terms))
    for layer in ("cameras", "cases"):
        contents = _moved(read(places / f"{layer}.geojson"), terms.now)
        # Two of its cases lie outside of the town on purpose: the unrouted tray should not be empty.
        reports.append(load_contents(session, layer, contents, datum=Datum.WGS84, terms=replace(terms, keep_outside=True)))
    appointed = replace(terms, now=terms.now - PEOPLE_SINCE, note="演示人员，均为虚构 · Demo people, all invented")
    for layer, name in _STAFF:
        reports.append(load_file(session, layer, data / "people" / f"{name}.csv", datum=None, terms=appointed))
    return reports


def _moved(contents: Contents, now: datetime) -> Contents:
    reference = contents.members.get("reference_time")
    if not isinstance(reference, str):
        return contents
    shift = now - datetime.fromisoformat(reference)
    return replace(contents, rows=[row._replace(properties=_later(row.properties, shift)) for row in contents.rows])


def _later(properties: dict[str, Any], shift: timedelta) -> dict[str, Any]:
    times = {name: properties[name] for name in _TIMES if properties.get(name)}
    return properties | {
        name: (datetime.fromisoformat(text) + shift).isoformat(timespec="seconds") for name, text in times.items()
    }
