"""Reports: a day, a week or a month in figures, as JSON, CSV and Excel; and how things stand at this moment."""

import datetime as dt
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any

from apiflask import APIBlueprint
from flask import Response
from flask_babel import get_locale
from pydantic import BaseModel, BeforeValidator, Field

from gridmap import clock
from gridmap.api import report_shapes
from gridmap.api.fields import Strictly
from gridmap.api.shapes import GridName, Json, Responses, raw
from gridmap.appraisal import moment, report
from gridmap.appraisal.counting import By
from gridmap.appraisal.ground import Ground
from gridmap.appraisal.periods import Kind, asked
from gridmap.appraisal.ratios import RATIOS
from gridmap.appraisal.report import Quotient, Report
from gridmap.errors import NotFound, msg
from gridmap.grids import lookup
from gridmap.grids.codes import Level, level_of
from gridmap.http.etag import while_unchanged
from gridmap.http.json import answer
from gridmap.http.reading import from_anywhere
from gridmap.http.state import db
from gridmap.http.who import needs
from gridmap.journal import feed

bp = APIBlueprint("reports", __name__, url_prefix="/api/v1", tag="Reports")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOPICS = ("cases", "grids", "departments", "categories")
_RATE = RATIOS["on_time_rate"]


def _is_day(value: Any) -> Any:
    # Pydantic would take a bare number for days since 1970.
    if not isinstance(value, str) or not value[:4].isdigit() or len(value) != 10:
        raise ValueError(msg("This must be a day, such as 2026-11-22"))
    return value


_Grid = Annotated[
    str | None, Field(max_length=15, description="a grid of any level; default everywhere, cases without a grid too")
]


class ReportQuery(Strictly):
    """Which period, and where."""

    date: Annotated[dt.date | None, BeforeValidator(_is_day), Field(description="any day of the period; default today")] = None
    grid: _Grid = None
    ground: Annotated[
        Ground,
        Field(
            description="a case is counted in the grid it lay in when the period ended or it was closed (`then`), or in the one"
            " that holds its place now"
        ),
    ] = Ground.THEN


class MomentQuery(Strictly):
    """Where."""

    grid: _Grid = None


class PeriodAnswer(BaseModel):
    """A period by the town's calendar; what was counted runs from `since` until before `at`."""

    kind: Kind
    first: dt.date
    last: dt.date
    since: str
    at: str
    complete: bool | None = Field(default=None, description="whether the period is over")


class ReportAnswer(BaseModel):
    """A period's figures beside those of the period before and of a year before.

    Each ratio has its numerator and denominator; its value is null where the denominator is 0.
    """

    period: PeriodAnswer
    before: PeriodAnswer
    year_before: PeriodAnswer
    grid: GridName | None
    ground: Ground
    total: Json
    by: dict[By, list[Json]]


class IndicatorsAnswer(BaseModel):
    """The definitions of all figures."""

    indicators: list[Json]


class MomentAnswer(BaseModel):
    """The key figures of this moment, as of a feed position."""

    position: int
    at: str
    grid: GridName | None
    standing: dict[str, int]
    today: dict[str, float]
    on_time: Json
    by_source: list[Json]
    by_group: list[Json]
    by_grid: list[Json]
    hours: dict[str, list[int | None]]
    days: list[Json]


_RESPONSES: Responses = {404: "No such grid", 422: "No such day, a day of the future, or no grid's code"}


@bp.get("/reports/indicators")
@needs("report.read")
@bp.output(IndicatorsAnswer)
@bp.doc(summary="What the figures mean", description="Counts with rules; ratios with numerator, denominator, source")
def get_indicators() -> Response:
    """The definitions."""
    return answer({"indicators": report_shapes.definitions()})


@bp.get("/reports/now")
@needs("wall.read")
@bp.input(MomentQuery, location="query", arg_name="query")
@bp.output(MomentAnswer)
@bp.doc(summary="How things stand", description="Today's cases, on time, at risk, by source and grid.", responses=_RESPONSES)
def get_now(query: MomentQuery) -> Response:
    """The wall's key figures."""
    return from_anywhere(TOPICS, lambda: _now(query))


def _now(query: MomentQuery) -> Response:
    # The position first: an event between the reads is then told again, rather than lost.
    position, now = feed.last_position(db()), clock.now()
    this_day = clock.local(now).date()
    place = lookup.grid(db(), query.grid) if query.grid and level_of(query.grid) else None
    part = Level.MICRO if place is not None and place.level != Level.TOWN else Level.VILLAGE
    today = moment.today(db(), query.grid, part, now)
    standing = moment.standing(db(), query.grid, part, now)
    rate = Quotient.of(_RATE, today.total)
    return answer(
        {
            "position": position,
            "at": now,
            "grid": {"code": place.code, "name": place.name, "name_en": place.name_en} if place else None,
            "standing": standing.get("", {"open": 0, "overdue": 0, "soon": 0, "suspended": 0}),
            "today": {key: today.total[key] for key in ("reported", "filed", "closed", "due", "on_time", "overdue_open")},
            "on_time": {"value": rate.value, "numerator": rate.numerator, "denominator": rate.denominator},
            "by_source": _sorted([{"key": key, "filed": one["filed"]} for key, one in today.by[By.SOURCE].items()]),
            "by_group": _groups(today.by[By.GROUP]),
            "by_grid": _grids(standing, today.by[By.GRID]),
            "hours": moment.hours(db(), query.grid, this_day, now),
            "days": moment.days(db(), query.grid, this_day - timedelta(days=6), this_day, now),
        }
    )


def _sorted(parts: list[Json]) -> list[Json]:
    return sorted((one for one in parts if one["filed"]), key=lambda one: (-one["filed"], one["key"] or ""))


def _groups(counted: Any) -> list[Json]:
    english = report.group_names(db())
    parts = [
        {"key": key, "name": key, "name_en": english.get(key or "", ""), "filed": one["filed"]} for key, one in counted.items()
    ]
    return _sorted(parts)


def _grids(standing: dict[str | None, dict[str, int]], counted: Any) -> list[Json]:
    """Each grid with open cases or cases of today, the most pressed first."""
    codes = (set(standing) - {""}) | {key for key, one in counted.items() if one["filed"]}
    called = lookup.names(db(), [code for code in codes if code])
    nothing = {"open": 0, "overdue": 0, "soon": 0, "suspended": 0}
    rows = [
        {
            "code": code,
            "name": called[code].name if code in called else None,
            "name_en": called[code].name_en if code in called else None,
            **standing.get(code, nothing),
            "filed": counted.get(code, {}).get("filed", 0),
        }
        for code in codes
    ]
    return sorted(rows, key=lambda row: (-row["overdue"], -row["soon"], -row["open"], row["code"] or ""))


@bp.get("/reports/<kind>")
@needs("report.read")
@bp.input(ReportQuery, location="query", arg_name="query")
@bp.output(ReportAnswer)
@bp.doc(
    summary="A day, a week or a month in figures",
    description=(
        "`kind` is day, week or month. A running period is compared with as much of the others as has run of it. ETag: the"
        " data's version, and the minute while the period runs."
    ),
    responses=_RESPONSES,
)
def get_report(kind: str, query: ReportQuery) -> Response:
    """A report."""
    return _answered(kind, query, lambda found, _: answer(report_shapes.as_json(found)), "json")


@bp.get("/reports/<kind>.csv")
@needs("report.read")
@bp.input(ReportQuery, location="query", arg_name="query")
@bp.doc(
    summary="The same as CSV",
    description="UTF-8 with a byte order mark, in the reader's language. Text that begins as a formula gets an apostrophe",
    responses={**_RESPONSES, 200: raw("text/csv", "The table")},
)
def get_csv(kind: str, query: ReportQuery) -> Response:
    """A report for a spreadsheet."""
    return _answered(
        kind, query, lambda found, spoken: _file(report_shapes.as_csv(found, spoken), "text/csv", found, "csv"), "csv"
    )


@bp.get("/reports/<kind>.xlsx")
@needs("report.read")
@bp.input(ReportQuery, location="query", arg_name="query")
@bp.doc(summary="The same for Excel", responses={**_RESPONSES, 200: raw(XLSX, "The workbook: figures, and their definitions")})
def get_xlsx(kind: str, query: ReportQuery) -> Response:
    """A report as a workbook."""
    from gridmap.api.report_workbook import as_xlsx  # noqa: PLC0415  # openpyxl: every start would wait for it

    def workbook(found: Report, spoken: str) -> Response:
        return _file(as_xlsx(found, spoken), XLSX, found, "xlsx")

    return _answered(kind, query, workbook, "xlsx")


def _answered(kind: str, query: ReportQuery, render: Callable[[Report, str], Response], form: str) -> Response:
    if kind not in list(Kind):
        raise NotFound(msg("There are reports for a day, a week and a month"))
    now, spoken = clock.now(), "en" if str(get_locale()).startswith("en") else "zh"
    period = asked(Kind(kind), query.date, now)
    running = "" if period.until <= now else f"{now:%Y%m%d%H%M}"
    variant = f"{form}-{spoken}-{period.first}-{running}-{query.ground}"
    return while_unchanged(
        TOPICS, lambda: render(report.make(db(), period, query.grid, now, query.ground), spoken), variant=variant
    )


def _file(content: bytes, mimetype: str, found: Report, suffix: str) -> Response:
    response = Response(content, mimetype=mimetype)
    name = "-".join(filter(None, ("gridmap", found.period.kind.value, f"{found.period.first}", found.grid and found.grid.code)))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{suffix}"'
    return response
