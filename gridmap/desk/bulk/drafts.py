"""What is asked for, and the file it becomes: under another name until it is whole."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridmap.desk.bulk.ledger import Ledger
from gridmap.durable import keep_names
from gridmap.errors import Conflict, Invalid, msg
from gridmap.geo.datum import Datum
from gridmap.geo.streams import opening
from gridmap.geo.streams.parquet_writing import PART
from gridmap.routing.index import GridIndex


@dataclass(frozen=True)
class Order:
    """What to route, and how.

    Attributes:
        source: the file with the points.
        target: the file to be written.
        datum: what the sender says of the coordinates; None leaves it to the file.
        columns: the columns of longitude and latitude, where the file does not call them so.
        distances: whether every row is told its distance to the border, in metres.
        again: begin anew, and take the place of what is there.
        limit_m: how near a grid must be to a point that none covers.
    """

    source: Path
    target: Path
    datum: Datum | None
    columns: tuple[str, str] | None
    distances: bool
    again: bool
    limit_m: float


@contextmanager
def drafted(index: GridIndex, order: Order, **facts: Any) -> Iterator[tuple[Path, Ledger]]:
    """Where to write, and the ledger of what stands there; the draft takes its name when the block is done.

    Args:
        facts: what else makes it the same job as one that was begun, JSON-ready.

    Raises:
        Conflict: the target is there already, or is being written by another process.
        Invalid: what was begun there is another job.
    """
    draft = order.target.with_name(f"{order.target.stem}{opening.UNFINISHED}{order.target.suffix}")
    _check_free(order, draft)
    ledger = Ledger(
        order.target.with_name(f"{order.target.name}{opening.UNFINISHED}.json"),
        _job(index, order) | facts,
        anew=order.again or not draft.exists(),
    )
    try:
        yield draft, ledger
        _named(draft, order.target)
        ledger.done()
    finally:
        ledger.leave()


def _check_free(order: Order, draft: Path) -> None:
    if order.target.resolve() == order.source.resolve():
        raise Invalid(msg("The file to be written is the one that is read"), field="file")
    if order.target.exists() and not draft.exists() and not order.again:
        raise Conflict(msg("%(file)s is there already; --again writes it anew"), file=str(order.target))
    if order.target.is_dir() and any(not one.match(PART) for one in order.target.iterdir()):
        raise Conflict(msg("The folder %(file)s holds other files than parts of an earlier run"), file=str(order.target))


def _job(index: GridIndex, order: Order) -> dict[str, Any]:
    files = sorted(order.source.iterdir()) if order.source.is_dir() else [order.source]
    return {
        "in": [[str(one.resolve()), one.stat().st_size, one.stat().st_mtime_ns] for one in files],
        "publication": [index.publication, index.at.isoformat()],
        "datum": order.datum,
        "columns": list(order.columns) if order.columns else None,
        "distances": order.distances,
        "limit_m": order.limit_m,
    }


def _named(draft: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)  # Nothing but parts of ours: `_check_free` looked.
    draft.replace(target)
    keep_names(target.parent)
