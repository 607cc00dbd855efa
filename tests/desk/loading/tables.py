"""Tables of people, departments and rosters: lines as offices write them, and the verb that loads them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from gridmap.clock import frozen
from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.load import load_file
from gridmap.desk.loading.report import Report
from tests import town

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)  # Four in the afternoon in the town, a Sunday.
HERE, THERE = town.micro(1, 1), town.micro(2, 2)
PEOPLE = ("ref", "name", "phone", "phone_public", "grid", "post", "duties", "department", "leader", "since", "until", "left_at")
ROSTER = "ref grid post weekdays starts ends since until"


class Tables:
    """Writes tables into a folder and loads them; `now` may be moved."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder, self.now = session, folder, NOW

    def __call__(self, layer: str, header: tuple[str, ...] | str, *rows: dict[str, Any], note: str = "") -> Report:
        names = header.split() if isinstance(header, str) else header
        lines = [",".join(names)] + [",".join(str(row.get(name, "")) for name in names) for row in rows]
        path = self.folder / f"{layer}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with frozen(self.now):
            return load_file(self.session, layer, path, datum=None, terms=Terms(actor="test", now=self.now, note=note))


def reasons(report: Report) -> list[tuple[int, str, str]]:
    """The refusals: line, field, why."""
    return [(refusal.line, refusal.field, refusal.reason) for refusal in report.refused]


def line(number: int = 1, **facts: Any) -> dict[str, Any]:
    """Somebody's line in a table of people."""
    return {"ref": f"S{number:03d}", "name": f"演示人{number}", "phone": f"021-5550-9{number:03d}"} | facts


def shift(**facts: Any) -> dict[str, Any]:
    """A line of a roster: working days by daylight, for the first of the people."""
    return {
        "ref": "S001",
        "grid": HERE,
        "post": "eco_warden",
        "weekdays": "周一至周五",
        "starts": "08:00",
        "ends": "16:00",
    } | facts
