"""A file of grids as a plan: read as `gridmap load grids` reads it, but mended and drafted, not published."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.orm import Session

from gridmap.desk.loading.grid_rows import drafted
from gridmap.desk.loading.job import Job, Terms
from gridmap.desk.loading.report import Report
from gridmap.errors import Invalid, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files.placing import placed
from gridmap.geo.files.reading import read
from gridmap.grids.codes import LENGTHS, Level
from gridmap.plans.flaws import Limits
from gridmap.plans.importing import Imported, prepare

_VILLAGE, _TOWN = LENGTHS[Level.VILLAGE], LENGTHS[Level.TOWN]


@dataclass(frozen=True)
class SetTerms:
    """How a set is to be taken.

    Attributes:
        datum: of its coordinates; None where the file says it.
        ground: the town or village it is for; None: the one its codes say.
        most_m2: repairs mend up to this size, in square metres.
        limits: how small, large and thin a grid may be.
    """

    datum: Datum | None
    ground: str | None
    most_m2: float
    limits: Limits


def prepare_file(session: Session, path: Path, terms: SetTerms, how: Terms) -> Imported:
    """The plan a file of grids comes to, with its repairs; nothing is written.

    Raises:
        Invalid: the file makes no sense (each fault names its line or feature), nobody names its datum, or it can't be mended
            into a partition of the ground.
    """
    contents = read(path, layer="grids", progress=how.progress)
    where = placed(contents, terms.datum)
    report = Report("grids", len(contents.rows), contents.counted, where.crs or str(where.datum))
    drafts = drafted(Job(session, where.rows, where.datum, report, how), to_be_mended=True).drafts
    if report.refuses:
        faults = [replace(refusal.fault, field=_field(report, refusal.line, refusal.field)) for refusal in report.refused]
        text = msg("The file is refused for %(count)s reasons, the first is: %(first)s")
        raise Invalid(text, faults=faults, count=len(faults), first=faults[0])
    if not any(draft.shape is not None for draft in drafts.values()):
        raise Invalid(msg("The file holds no micro-grid"), field="file")
    ground = terms.ground or ground_of(code for code, draft in drafts.items() if draft.shape is not None)
    below = {code: draft for code, draft in drafts.items() if code.startswith(ground) or draft.shape is not None}
    return prepare(session, ground, below, most_m2=terms.most_m2, limits=terms.limits)


def _field(report: Report, line: int, field: str) -> str:
    return ".".join(part for part in (f"{report.counted}.{line}" if line else "", field) if part)


def ground_of(codes: Iterable[str]) -> str:
    """The village all these micro-grids are of, or else the town; `Invalid` where they are of several towns."""
    villages = {code[:_VILLAGE] for code in codes}
    towns = {code[:_TOWN] for code in villages}
    if len(towns) > 1:
        raise Invalid(
            msg("A plan is for one town; these micro-grids are of several: %(codes)s"),
            field="code",
            codes=", ".join(sorted(towns)),
        )
    return (villages if len(villages) == 1 else towns).pop()
