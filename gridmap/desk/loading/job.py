"""What every layer's load is given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gridmap.desk.loading.cells import Cells
from gridmap.desk.loading.fields import strangers, synonyms
from gridmap.desk.loading.report import Refusal, Report
from gridmap.errors import Fault, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files.contents import Progress, Row, silent

MOST_IDS = 1000  # in one journal row


@dataclass(frozen=True)
class Terms:
    """How a file is to be taken.

    Attributes:
        actor: who loads, as the journal names them.
        now: the moment nothing may lie after.
        ahead: how far a sender's clock may run ahead.
        nearest_limit_m: how far outside of the town a place may lie and still belong to it.
        keep_outside: take cases outside of the town (into the unrouted tray) and of unknown cameras all the same.
        valid_from, note: of the publication, when grids are loaded.
        retire: grids in force that the file leaves out may be retired.
        progress: told now and then how far it is.
    """

    actor: str
    now: datetime
    ahead: timedelta = timedelta(minutes=10)
    nearest_limit_m: float = 30.0
    keep_outside: bool = False
    valid_from: datetime | None = None
    note: str = ""
    retire: bool = False
    progress: Progress = field(default=silent)


@dataclass
class Job:
    """One file on its way in: `rows` in WGS-84, the datum they were in, and the report that is being written."""

    session: Session
    rows: Sequence[Row]
    datum: Datum
    report: Report
    terms: Terms

    def refuse(self, line: int, field_: str, text: str, **values: Any) -> None:
        """Note a refusal; `text` is wrapped in `msg` where it is written."""
        self.report.refused.append(Refusal(line, Fault(field_, text, values)))

    def warn(self, field_: str, text: str, **values: Any) -> None:
        """Note something that does not keep the file out."""
        self.report.warnings.append(Fault(field_, text, values))

    def cells(self, layer: str) -> Iterable[Cells]:
        """The rows as the layer's cells. Columns that mean the same are refused, those that mean nothing are told."""
        ignored: dict[str, None] = {}
        doubled: dict[str, None] = {}
        last: Iterable[str] | None = None
        for row in self.rows:
            if row.properties.keys() != last:  # Mostly all rows have the same columns.
                last = row.properties.keys()
                ignored |= dict.fromkeys(strangers(layer, last))
                doubled |= dict.fromkeys(synonyms(layer, last))
            yield Cells(layer, row)
        if doubled:
            self.refuse(0, "file", msg("These columns mean the same: %(names)s"), names=", ".join(doubled)[:200])
        if ignored:
            self.warn("", msg("Columns that were not heeded: %(names)s"), names=", ".join(ignored)[:200])

    def collect(self, cells: Iterable[Cells]) -> None:
        """Take the faults of rows over as refusals."""
        for row in cells:
            self.report.refused.extend(row.refusals)
