"""A report: a period's figures beside those of the period before and of a year before, as a whole and in parts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap.appraisal.counting import NONE, By, Counted, Counts, count
from gridmap.appraisal.ground import Ground
from gridmap.appraisal.indicators import quotient
from gridmap.appraisal.periods import Period, Window
from gridmap.appraisal.ratios import RATIOS, Ratio
from gridmap.grids.codes import Level, level_of
from gridmap.grids.lookup import Name, grid, names
from gridmap.people.models import Department

_BELOW = {None: Level.VILLAGE, Level.TOWN: Level.VILLAGE, Level.VILLAGE: Level.MICRO, Level.MICRO: Level.MICRO}


@dataclass(frozen=True)
class Quotient:
    """A ratio with what it is made of; `value` None where the denominator is zero."""

    value: float | None
    numerator: float
    denominator: float

    @classmethod
    def of(cls, ratio: Ratio, counts: Counts) -> "Quotient":
        """The ratio of these counts."""
        return cls(quotient(ratio, counts), counts.get(ratio.numerator, 0), counts.get(ratio.denominator, 0))


@dataclass(frozen=True)
class Part:
    """One part, or the whole, in the three periods. `key`: a source, a grid's code, a group, a department's id; or None."""

    key: str | None
    name: str
    name_en: str
    now: Counts
    before: Counts
    year_before: Counts

    def ratio(self, key: str) -> tuple[Quotient, Quotient, Quotient]:
        """A ratio in the three periods."""
        now, before, year_before = (Quotient.of(RATIOS[key], one) for one in (self.now, self.before, self.year_before))
        return now, before, year_before


@dataclass(frozen=True)
class Report:
    """What a period came to, within a grid or everywhere; `complete` says whether it is over, `ground` whose a case is."""

    period: Period
    ground: Ground
    grid: Name | None
    window: Window
    complete: bool
    before: tuple[Period, Window]
    year_before: tuple[Period, Window]
    total: Part
    parts: dict[By, list[Part]]


def make(session: Session, period: Period, code: str | None, now: datetime, ground: Ground = Ground.THEN) -> Report:
    """Count a period, and the two it is compared with; `ground` says in which grid a case is counted.

    Raises:
        NotFound: there is no such grid.
        Invalid: that is no grid's code.
    """
    level = level_of(code) if code else None
    place = grid(session, code) if code else None
    window, complete = period.window(now), period.until <= now
    others = [(one, one.like(window, complete=complete)) for one in (period.before(), period.a_year_before())]
    three = [count(session, one, code, _BELOW[level], ground) for one in (window, *(window for _, window in others))]
    called = _names(session, three)
    return Report(
        period,
        ground,
        Name(place.code, place.name, place.name_en) if place else None,
        window,
        complete,
        others[0],
        others[1],
        Part(None, "", "", *(one.total for one in three)),
        {by: _parts(by, three, called[by]) for by in By},
    )


def _parts(by: By, three: list[Counted], called: dict[str, tuple[str, str]]) -> list[Part]:
    """The parts that had anything in the period or in the one before, the largest first; what has no name comes last."""
    keys = {key for one in three[:2] for key, counts in one.by[by].items() if any(counts.values())}
    parts = [Part(key, *called.get(key or "", (key or "", "")), *(one.by[by].get(key, NONE) for one in three)) for key in keys]
    return sorted(parts, key=lambda part: (part.key is None, -_size(part.now), -_size(part.before), part.key or ""))


def _size(counts: Counts) -> float:
    return counts.get("filed", 0) + counts.get("in_hand", 0) + counts.get("given", 0) + counts.get("task_in_hand", 0)


def _keys(three: list[Counted], by: By) -> set[str]:
    return {key for one in three for key in one.by[by] if key is not None}


def _names(session: Session, three: list[Counted]) -> dict[By, dict[str, tuple[str, str]]]:
    """What people call the parts, in Chinese and English; sources have their words at the doors."""
    grids = names(session, list(_keys(three, By.GRID)))
    wanted = [int(key) for key in _keys(three, By.DEPARTMENT)]
    departments = session.execute(select(Department.id, Department.name, Department.name_en).where(Department.id.in_(wanted)))
    return {
        By.SOURCE: {},
        By.GRID: {code: (name.name, name.name_en) for code, name in grids.items()},
        By.GROUP: {zh: (zh, en) for zh, en in group_names(session).items()},
        By.DEPARTMENT: {str(row.id): (row.name, row.name_en) for row in departments},
    }


def group_names(session: Session) -> dict[str, str]:
    """The groups of categories (大类), by their Chinese names, in English."""
    return {row.group_zh: row.group_en for row in session.execute(_GROUPS)}


_GROUPS = text("SELECT group_zh, max(group_en) AS group_en FROM category GROUP BY group_zh")


def change(now: float | None, then: float | None) -> float | None:
    """By how much a count has changed, as a share of what it was; None where that was nothing."""
    return None if now is None or not then else (now - then) / then
