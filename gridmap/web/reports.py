"""The pages of reports: a day, a week or a month, to read, to compare and to print."""

from dataclasses import dataclass
from datetime import date

from apiflask import APIBlueprint
from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap import clock
from gridmap.accounts.lookup import towns
from gridmap.appraisal import moment, report, words
from gridmap.appraisal.counting import By
from gridmap.appraisal.ground import Ground
from gridmap.appraisal.indicators import of
from gridmap.appraisal.measures import MEASURES, Measure, Subject
from gridmap.appraisal.periods import Kind, Period, asked
from gridmap.appraisal.ratios import RATIOS, Ratio
from gridmap.appraisal.report import Part, Report
from gridmap.errors import Invalid, NotFound, msg
from gridmap.grids import lookup
from gridmap.grids.lookup import Name
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.web import language

bp = APIBlueprint("reports_page", __name__, enable_openapi=False)
bp.before_request(language.switch)
KINDS = {Kind.DAY: msg("Day"), Kind.WEEK: msg("Week"), Kind.MONTH: msg("Month")}
LEADING: tuple[Measure | Ratio, ...] = (
    MEASURES["filed"],
    MEASURES["closed"],
    RATIOS["on_time_rate"],
    MEASURES["overdue_open"],
    RATIOS["mean_handling"],
    RATIOS["satisfaction_rate"],
)


@dataclass(frozen=True)
class Line:
    """One figure as the page shows it, with what it is made of and what it was."""

    name: str
    now: str
    of: str
    before: str
    grew: str
    year_before: str
    grew_in_a_year: str


def line(one: Measure | Ratio, part: Part, spoken: str) -> Line:
    """A figure of a part, in words."""
    name = words.word(one, spoken)
    if isinstance(one, Measure):
        now, before, year = (counts.get(one.key, 0) for counts in (part.now, part.before, part.year_before))
        return Line(name, _count(now), "", _count(before), words.grew(now, before), _count(year), words.grew(now, year))
    now_, before_, year_ = part.ratio(one.key)
    grew = [words.points(now_, then, one.unit, spoken) for then in (before_, year_)]
    shown = [words.shown(each, one.unit) for each in (now_, before_, year_)]
    made_of = f"{_count(now_.numerator)} / {_count(now_.denominator)}"
    return Line(name, shown[0], made_of, shown[1], grew[0], shown[2], grew[1])


def _count(value: float) -> str:
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


@bp.get("/reports")
@needs("report.read")
def latest() -> AnyResponse:
    """Today's report."""
    return redirect(url_for("reports_page.page", kind=Kind.DAY.value), 303)


@bp.get("/reports/<kind>")
@needs("report.read")
def page(kind: str) -> Response:
    """A report; `?date=` any day of it, `?grid=` a grid's code, `?ground=now` by the grids of today."""
    if kind not in list(Kind):
        raise NotFound(msg("There are reports for a day, a week and a month"))
    now, spoken = clock.now(), language.chosen(current_app.config["LANGUAGE"])
    period = asked(Kind(kind), _day(), now)
    code = request.args.get("grid") or None
    ground = Ground.NOW if request.args.get("ground") == Ground.NOW else Ground.THEN
    found = report.make(db(), period, code, now, ground)
    following = period.after if asked(period.kind, None, now).first > period.first else None
    return make_response(
        render_template(
            "reports.html",
            report=found,
            title=words.title(found, spoken),
            kinds=KINDS,
            period_name=words.period_name,
            leading=[line(one, found.total, spoken) for one in LEADING],
            lines=_lines(found, spoken),
            parts={by: [(part, words.part_name(by, part, spoken)) for part in parts] for by, parts in found.parts.items()},
            shown=lambda part, key: line(RATIOS[key] if key in RATIOS else MEASURES[key], part, spoken),
            word=lambda key: words.word(RATIOS[key] if key in RATIOS else MEASURES[key], spoken),
            columns={by: _TASK_COLUMNS if by is By.DEPARTMENT else _CASE_COLUMNS for by in By},
            side=lambda by: words.called(by.value, spoken),
            bars=_bars(period, found, code),
            grids=_choices(code),
            code=code,
            ground=None if ground is Ground.THEN else ground.value,
            following=following,
            printed=clock.local(now),
            at=clock.local(found.window.at),
            definitions=[(one, words.word(one, spoken)) for one in MEASURES.values()],
            ratios=[(one, words.word(one, spoken)) for one in RATIOS.values()],
        )
    )


_CASE_COLUMNS = ("closed", "overdue_open", "on_time_rate", "mean_handling", "satisfaction_rate")
_TASK_COLUMNS = ("done", "task_overdue", "task_on_time_rate", "hand_back_rate", "mean_task")


def _day() -> date | None:
    text = request.args.get("date", "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(msg("This must be a day, such as 2026-11-22"), field="date") from None


def _lines(found: Report, spoken: str) -> dict[Subject, list[Line]]:
    """Every figure of the whole; the ratios first, for they are what is read."""
    said: dict[Subject, list[Line]] = {}
    for subject in Subject:
        measures, ratios = of(subject)
        shown: list[Measure | Ratio] = [*ratios, *(one for one in measures if not one.key.endswith("_hours"))]
        said[subject] = [line(one, found.total, spoken) for one in shown]
    return said


@dataclass(frozen=True)
class Bar:
    """One column of the chart: its label and two heights."""

    label: str
    first: int
    second: int


def _bars(period: Period, found: Report, code: str | None) -> list[Bar]:
    """By hour, this day and the one before; or by day, received and closed."""
    if period.kind is Kind.DAY:
        hours = moment.hours(db(), code, period.first, found.window.at)
        pairs = zip(hours["today"], hours["yesterday"], strict=True)
        return [Bar(f"{hour}", one or 0, other or 0) for hour, (one, other) in enumerate(pairs)]
    days = moment.days(db(), code, period.first, period.last, found.window.at)
    return [Bar(f"{day['date'].day}", day["filed"], day["closed"]) for day in days]


def _choices(code: str | None) -> list[tuple[str, list[Name]]]:
    """The grids to choose from: all villages, and the micro-grids of the village one is in."""
    choices = [("village", [child for town in towns(db()) for child in _below(town)])]
    if code and len(code) > 9:
        choices.append(("micro", _below(code[:12])))
    return choices


def _below(code: str) -> list[Name]:
    return [Name(one.code, one.name, one.name_en) for one in lookup.children(db(), code)]
