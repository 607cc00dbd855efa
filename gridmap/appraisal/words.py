"""Reports in words, Chinese and English. Pure."""

from collections.abc import Mapping

from gridmap.appraisal.counting import By
from gridmap.appraisal.measures import Measure
from gridmap.appraisal.periods import Kind, Period
from gridmap.appraisal.ratios import Ratio
from gridmap.appraisal.report import Part, Quotient, Report, change

_WORDS: Mapping[str, tuple[str, str]] = {
    "total": ("合计", "Total"),
    "source": ("来源", "Source"),
    "grid": ("网格", "Grid"),
    "group": ("类别大类", "Category group"),
    "department": ("部门", "Department"),
    "figures": ("报表", "Report"),
    "definitions": ("指标定义", "Definitions"),
    "indicator": ("指标", "Indicator"),
    "numerator": ("分子", "Numerator"),
    "denominator": ("分母", "Denominator"),
    "rule": ("口径、公式出处", "Rule, source of the formula"),
}
# As gridmap/static/js/messages.js has them; a test compares.
SOURCES: Mapping[str, tuple[str, str]] = {
    "camera-ai": ("视频智能识别", "Camera AI"),
    "ai-box": ("智能识别盒", "AI box"),
    "city-terminal": ("城管终端", "City terminal"),
    "patrol": ("网格巡查", "Patrol"),
    "hotline-12345": ("12345 热线", "12345 hotline"),
    "resident": ("居民上报", "Resident"),
}
NOWHERE: Mapping[By, tuple[str, str]] = {
    By.SOURCE: ("无来源", "No source"),
    By.GRID: ("待定位", "Unrouted"),
    By.GROUP: ("待分类", "Triage"),
    By.DEPARTMENT: ("网格人员与团队", "Grid members and teams"),
}
KINDS: Mapping[Kind, tuple[str, str]] = {
    Kind.DAY: ("日报", "Daily report"),
    Kind.WEEK: ("周报", "Weekly report"),
    Kind.MONTH: ("月报", "Monthly report"),
}

NOTHING = "—"
UNITS = {"share": ("个百分点", " pp"), "hours": ("小时", " h")}


def called(key: str, language: str) -> str:
    """A word of the report's own."""
    return _WORDS[key][language == "en"]


def part_name(by: By, part: Part, language: str) -> str:
    """What a part is called."""
    if part.key is None:
        return NOWHERE[by][language == "en"]
    zh, en = SOURCES.get(part.key, (part.key, part.key)) if by is By.SOURCE else (part.name, part.name_en)
    return (en or zh) if language == "en" else zh


def period_name(period: Period, language: str) -> str:
    """A period as people write it."""
    first, last = period.first, period.last
    if period.kind is Kind.WEEK:
        year, week, _ = first.isocalendar()
        if language == "en":
            return f"{year} week {week} ({first:%d.%m.}–{last:%d.%m.%Y})"
        return f"{year}年第{week}周（{first.month}月{first.day}日至{last.month}月{last.day}日）"
    if period.kind is Kind.MONTH:
        return f"{first:%B %Y}" if language == "en" else f"{first.year}年{first.month}月"
    return f"{first.day} {first:%B %Y}" if language == "en" else f"{first.year}年{first.month}月{first.day}日"


def title(report: Report, language: str) -> str:
    """The report's title: its kind, period and grid."""
    kind = KINDS[report.period.kind][language == "en"]
    where = "" if report.grid is None else (report.grid.name_en or report.grid.name) if language == "en" else report.grid.name
    return " · ".join(filter(None, (kind, period_name(report.period, language), where)))


def word(one: Measure | Ratio, language: str) -> str:
    """What a figure is called."""
    return one.en if language == "en" else one.zh


def shown(one: Quotient, unit: str) -> str:
    """A ratio as people read it: 93.3%, 5.2, or — where there is nothing to divide by."""
    if one.value is None:
        return NOTHING
    return f"{one.value:.1f}" if unit == "hours" else f"{one.value:.1%}"


def grew(now: float | None, then: float | None) -> str:
    """A change of a count as people read it: ↑12.5%."""
    by = change(now, then)
    return NOTHING if by is None else _arrow(by, f"{abs(by):.1%}")


def points(now: Quotient, then: Quotient, unit: str, language: str) -> str:
    """The difference of two ratios: shares in percentage points, hours in hours."""
    if now.value is None or then.value is None:
        return NOTHING
    difference = now.value - then.value
    words = UNITS[unit][language == "en"]
    return _arrow(difference, f"{abs(difference) * (1 if unit == 'hours' else 100):.1f}{words}")


def _arrow(by: float, words: str) -> str:
    # Arrows and no signs: a cell that begins with a sign is a formula to a spreadsheet.
    return f"{'↑' if by > 0 else '↓' if by < 0 else ''}{words}"
