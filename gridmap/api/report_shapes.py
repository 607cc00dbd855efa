"""Reports as JSON and as tables. Text that a spreadsheet could take for a formula is defused."""

import csv
import io
from collections.abc import Iterable, Iterator

from gridmap.api.shapes import Json
from gridmap.appraisal.counting import By
from gridmap.appraisal.indicators import of
from gridmap.appraisal.measures import MEASURES, Subject
from gridmap.appraisal.periods import Period, Window
from gridmap.appraisal.ratios import RATIOS
from gridmap.appraisal.report import Part, Report
from gridmap.appraisal.words import called, grew, part_name, points, shown, title, word
from gridmap.clock import local

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
Value = str | int | float


def definitions() -> list[Json]:
    """Every figure with its rule, and every ratio with its parts."""
    measures = [
        {
            "key": m.key,
            "name": m.zh,
            "name_en": m.en,
            "kind": "measure",
            "of": m.of.value,
            "rule": m.rule_zh,
            "rule_en": m.rule_en,
        }
        for m in MEASURES.values()
    ]
    ratios = [
        {
            "key": r.key,
            "name": r.zh,
            "name_en": r.en,
            "kind": "ratio",
            "of": r.of.value,
            "numerator": r.numerator,
            "denominator": r.denominator,
            "unit": r.unit,
            "better": r.better.value,
            "source": r.source,
        }
        for r in RATIOS.values()
    ]
    return [*measures, *ratios]


def as_json(report: Report) -> Json:
    """A report as the API tells it."""
    return {
        "period": _period(report.period, report.window) | {"complete": report.complete},
        "before": _period(*report.before),
        "year_before": _period(*report.year_before),
        "grid": report.grid._asdict() if report.grid else None,
        "ground": report.ground,
        "total": _part(report.total, tuple(Subject)),
        "by": {by.value: [_named(part) | _part(part, (_subject(by),)) for part in parts] for by, parts in report.parts.items()},
    }


def _subject(by: By) -> Subject:
    return Subject.TASK if by is By.DEPARTMENT else Subject.CASE


def _period(period: Period, window: Window) -> Json:
    return {
        "kind": period.kind.value,
        "first": period.first,
        "last": period.last,
        "since": window.since,
        "at": window.at,
    }


def _named(part: Part) -> Json:
    return {"key": part.key, "name": part.name, "name_en": part.name_en}


def _part(part: Part, subjects: Iterable[Subject]) -> Json:
    measures, ratios = {}, {}
    for subject in subjects:
        counted, divided = of(subject)
        for measure in counted:
            values = [_number(one.get(measure.key, 0)) for one in (part.now, part.before, part.year_before)]
            measures[measure.key] = dict(zip(("now", "before", "year_before"), values, strict=True))
        for ratio in divided:
            three = part.ratio(ratio.key)
            ratios[ratio.key] = {
                name: {"value": one.value, "numerator": _number(one.numerator), "denominator": one.denominator}
                for name, one in zip(("now", "before", "year_before"), three, strict=True)
            }
    return {"measures": measures, "ratios": ratios}


def _number(value: float) -> float:
    return round(value, 3) if isinstance(value, float) else value


# --- tables -------------------------------------------------------------------------------------------------------


def defused(value: Value) -> Value:
    """Text that begins as a formula does gets an apostrophe in front; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value


HEADINGS = {
    "zh": ("范围", "名称", "指标", "本期", "分子", "分母", "上期", "环比", "去年同期", "同比"),
    "en": (
        "Part",
        "Name",
        "Indicator",
        "This period",
        "Numerator",
        "Denominator",
        "Period before",
        "Change",
        "Year before",
        "Change",
    ),
}


def rows(report: Report, language: str) -> Iterator[list[Value]]:
    """The whole report, one line an indicator of a part: everything has its denominator beside it."""
    for subject in Subject:
        yield from _lines(called("total", language), "", report.total, subject, language)
    for by, parts in report.parts.items():
        for part in parts:
            yield from _lines(called(by.value, language), part_name(by, part, language), part, _subject(by), language)


def _lines(scope: str, name: str, part: Part, subject: Subject, language: str) -> Iterator[list[Value]]:
    measures, ratios = of(subject)
    for measure in measures:
        now, before, year_before = (_number(one.get(measure.key, 0)) for one in (part.now, part.before, part.year_before))
        rest: list[Value] = [now, "", "", before, grew(now, before), year_before, grew(now, year_before)]
        yield [scope, name, word(measure, language), *rest]
    for ratio in ratios:
        now_, before_, year_ = part.ratio(ratio.key)
        rest = [shown(now_, ratio.unit), _number(now_.numerator), _number(now_.denominator)]
        rest += [shown(before_, ratio.unit), points(now_, before_, ratio.unit, language)]
        rest += [shown(year_, ratio.unit), points(now_, year_, ratio.unit, language)]
        yield [scope, name, word(ratio, language), *rest]


def as_csv(report: Report, language: str) -> bytes:
    """The report as CSV: UTF-8 with a byte order mark, for Excel would take it for something else without."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([defused(value) for value in (title(report, language), *as_of(report))])
    writer.writerow(HEADINGS[language])
    writer.writerows([[defused(value) for value in row] for row in rows(report, language)])
    return out.getvalue().encode("utf-8-sig")


def as_of(report: Report) -> list[str]:
    """From when, and until when the report counts, in the town's time."""
    return [f"{local(report.window.since):%Y-%m-%d %H:%M}", f"{local(report.window.at):%Y-%m-%d %H:%M}"]
