"""Cells that say when: days and hours by the town's clock, weekdays, and the moments posts begin and end. Pure."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Final

from gridmap.clock import TOWN_ZONE, local
from gridmap.desk.loading.cells import Cells
from gridmap.errors import msg

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]00:00(?::00)?)?")
_HOUR = re.compile(r"(\d{1,2})[:：](\d{2})(?::00)?")
_RANGE = re.compile(r"(.+?)\s*[-–—~至到]\s*(.+)")
TRUTHS: Final = dict.fromkeys(("true", "1", "yes", "是", "同意"), "true") | dict.fromkeys(
    ("false", "0", "no", "否", "不同意"), "false"
)
_DAYS: Final = {
    **{name: n for n, name in enumerate(("mo", "tu", "we", "th", "fr", "sa", "su"), start=1)},
    **{name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), start=1)},
    **{name: n for n, name in enumerate("一二三四五六日", start=1)},
    **{str(n): n for n in range(1, 8)},
    "天": 7,
}
_EVERY: Final = ("每天", "每日", "daily")


def day(cells: Cells, name: str) -> date | None:
    """A day, `2026-11-22`; None where the cell is empty."""
    text = cells.text(name)
    if not text:
        return None
    found = _day(text)
    if found is None:
        cells.wrong(name, msg("%(field)s is not a day: write 2026-11-22, not '%(value)s'"), value=text[:40])
    return found


def _day(text: str) -> date | None:
    parts = _DATE.fullmatch(text)
    try:
        found = date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None
    return found if found is not None and 1949 < found.year < 9990 else None


def moment(cells: Cells, name: str) -> datetime | None:
    """A moment with its zone, or a day, which is its first instant in the town; None where the cell is empty."""
    text = cells.text(name)
    if not text:
        return None
    if (whole := _day(text)) is not None:
        return datetime.combine(whole, time(), TOWN_ZONE)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 1949 < found.year < 9990:
        cells.wrong(
            name,
            msg("%(field)s is not a moment: write 2026-11-22 or 2026-11-22T08:30:00+08:00, not '%(value)s'"),
            value=text[:40],
        )
        return None
    return local(found)


def hour(cells: Cells, name: str) -> time | None:
    """A whole minute of a day, `08:30`; 24:00 is midnight; None where there is none, which is a fault."""
    text = cells.text(name, needed=True)
    parts = _HOUR.fullmatch(text)
    hours, minutes = (int(part) for part in parts.groups()) if parts else (99, 0)
    if hours < 24 and minutes < 60:
        return time(hours, minutes)
    if (hours, minutes) == (24, 0):
        return time()
    if text:
        cells.wrong(name, msg("%(field)s is not an hour: write 08:30, not '%(value)s'"), value=text[:40])
    return None


def weekdays(cells: Cells, name: str) -> tuple[int, ...]:
    """Weekdays by ISO number (Monday is 1): `1;3;5`, `Mo-Fr`, `周一至周五`, `一、三、五`, `每天`."""
    text = cells.text(name, needed=True)
    found = weekdays_of(text)
    if text and not found:
        cells.wrong(name, msg("%(field)s are no weekdays: write Mo-Fr, 1;3;5 or 周一、周三, not '%(value)s'"), value=text[:40])
    return found or ()


def weekdays_of(text: str) -> tuple[int, ...] | None:
    """The weekdays a text names; None where it names something else or nothing."""
    if text.strip().lower() in _EVERY:
        return tuple(range(1, 8))
    found: set[int] = set()
    for part in re.split(r"[;；,，、\s]+", text.strip()):
        days = _some(part)
        if days is None:
            return None
        found.update(days)
    return tuple(sorted(found))


def _some(part: str) -> Iterable[int] | None:
    if (ends := _RANGE.fullmatch(part)) is not None:
        first, last = (_one(word) for word in ends.groups())
        return None if first is None or last is None else [(first - 1 + n) % 7 + 1 for n in range((last - first) % 7 + 1)]
    if (single := _one(part)) is not None:
        return [single]
    several = [_one(letter) for letter in re.sub(r"周|星期|礼拜", "", part)]  # 一三五, 135
    return None if not several or None in several else [number for number in several if number is not None]


def _one(word: str) -> int | None:
    return _DAYS.get(re.sub(r"周|星期|礼拜", "", word.strip().lower()))
