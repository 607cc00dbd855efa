"""Load a file: the one verb the door calls."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from gridmap.desk.loading import (
    cameras,
    cases,
    categories,
    clocks,
    departments,
    grids,
    households,
    kinds,
    owners,
    people,
    rosters,
    service_points,
    zones,
)
from gridmap.desk.loading.job import Job, Terms
from gridmap.desk.loading.report import Report
from gridmap.errors import NotFound, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files.contents import Contents, Row
from gridmap.geo.files.placing import placed
from gridmap.geo.files.reading import read

_LOADS: dict[str, Callable[[Job], None]] = {
    "grids": grids.load,
    "zones": zones.load,
    "cameras": cameras.load,
    "service-points": service_points.load,
    "cases": cases.load,
    "categories": categories.load,
    "clocks": clocks.load,
    "households": households.load,
    "kinds": kinds.load,
    "departments": departments.load,
    "owners": owners.load,
    "people": people.load,
    "rosters": rosters.load,
}
_TABLES = ("categories", "clocks", "households", "kinds", "departments", "owners", "people", "rosters")  # Without places.
LAYERS = tuple(_LOADS)


def load_file(session: Session, layer: str, path: Path, *, datum: Datum | None, terms: Terms) -> Report:
    """Bring the file in as `layer` (one of `LAYERS`), whole or not at all. The caller commits, or rolls back a dry run.

    Raises:
        Invalid: the file as a whole makes no sense, or nobody names its datum.
        NotFound: there is no such file or layer.
    """
    return load_contents(session, layer, read(path, layer=layer, progress=terms.progress), datum=datum, terms=terms)


def load_contents(session: Session, layer: str, contents: Contents, *, datum: Datum | None, terms: Terms) -> Report:
    """The same for what was read already."""
    if layer not in _LOADS:
        raise NotFound(msg("There is no layer '%(layer)s'; these there are: %(known)s"), layer=layer, known=", ".join(LAYERS))
    report = Report(layer, len(contents.rows), contents.counted)
    rows: Sequence[Row] = contents.rows
    named = Datum.WGS84
    if layer not in _TABLES:
        where = placed(contents, datum)
        rows, named = where.rows, where.datum
        report.datum = where.crs or str(named)
    job = Job(session, rows, named, report, terms)
    if contents.heights_dropped:
        job.warn("geometry", msg("Heights were left out: %(count)s"), count=contents.heights_dropped)
    if not rows:
        job.warn("file", msg("The file holds nothing"))
        return report
    _LOADS[layer](job)
    report.refused.sort(key=lambda refusal: refusal.line)
    return report
