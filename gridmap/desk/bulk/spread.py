"""Route a folder of Parquet with many machines: the workers of a Dask cluster write its parts, this process keeps the ledger.

Every machine sees the same files under the same paths. The boundaries go out once. A part whose worker is lost is done
again by another; it has a name of its own until it is whole, so two that do the same do no harm.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path
from socket import gethostname
from typing import Any, NamedTuple
from uuid import uuid4

from distributed import Client, as_completed
from distributed.scheduler import KilledWorker

from gridmap import __version__
from gridmap.desk.bulk.drafts import Order, drafted
from gridmap.desk.bulk.ledger import Reached
from gridmap.desk.bulk.route import Router
from gridmap.desk.bulk.tally import Tally
from gridmap.durable import keep_names
from gridmap.errors import Conflict, Invalid, NotFound, Unavailable, msg
from gridmap.geo.files.contents import Progress
from gridmap.geo.streams import opening
from gridmap.geo.streams.batches import Held
from gridmap.geo.streams.parquet import ParquetSource, Points, RowGroup
from gridmap.geo.streams.parquet_writing import ParquetFile, part_name
from gridmap.routing.index import GridIndex

SHARE_ROWS = 4_000_000
ANSWERS_WITHIN_S = 30
TRIES = 5  # So many times may workers be lost with what only they had.


class _Work(NamedTuple):
    """What every worker is told once more with each part: small."""

    version: str
    order: Order
    held: Held
    points: Points
    draft: Path


def route_spread(index: GridIndex, order: Order, scheduler: str, *, progress: Progress) -> Tally:
    """Write the folder again with the grid of every row; go on where an earlier run of the same order was killed.

    Args:
        scheduler: where the Dask scheduler listens, `tcp://host:port` or, with certificates, `tls://host:port`.
        progress: told how many rows are done.

    Returns:
        Counts of all rows, those of earlier runs included. The rows stand in the same order as one process writes them.

    Raises:
        NotFound: there is no such file, no boundaries are in force, or a worker does not see the files.
        Invalid: it is no Parquet, or is not written into a folder; else as `route_file`.
        Conflict: the target is there already or being written, or a worker runs another version of this program.
        Unavailable: the scheduler or its workers are away; what was done is kept.
    """
    if not (order.source.is_dir() or order.source.suffix.lower() in opening.PARQUET):
        raise Invalid(msg("A cluster reads Parquet: a file or a folder of it"), field="file")
    if not opening.in_parts(order.target):
        raise Invalid(msg("A cluster writes a folder of Parquet: name one without a suffix"), field="file")
    order = replace(order, source=order.source.resolve(), target=order.target.resolve())
    source = ParquetSource(order.source, order.columns)
    Router.of(index, source.held, order)  # What is wrong with it is said here, before any worker is asked.
    shares = list(_shares(source.groups))
    with drafted(index, order, share_rows=SHARE_ROWS) as (draft, ledger):
        draft.mkdir(exist_ok=True)
        done = {part.mark: Tally.read(part.tally) for part in ledger.reached if (draft / part_name(part.mark)).exists()}
        with _client(scheduler) as client:
            work = _Work(__version__, order, source.held, source.points, draft)
            for number, tally in _written(client, index, work, {n: shares[n] for n in range(len(shares)) if n not in done}):
                ledger.keep(Reached(number, tally.noted()))
                done[number] = tally
                progress("route", sum(part.rows for part in done.values()), source.held.rows)
        _clear(draft, {part_name(n) for n in range(len(shares))})
    return Tally.together([done[n] for n in range(len(shares))])


def _client(address: str) -> Any:
    try:
        client = Client(address, timeout=ANSWERS_WITHIN_S, set_as_default=False)
    except OSError as error:
        raise Unavailable(msg("The Dask scheduler %(address)s does not answer"), address=address) from error
    except ValueError as error:
        raise Invalid(msg("'%(address)s' is no address of a Dask scheduler"), field="dask", address=address) from error
    try:
        client.wait_for_workers(1, timeout=ANSWERS_WITHIN_S)
    except TimeoutError as error:
        client.close()
        raise Unavailable(msg("The Dask scheduler %(address)s has no workers"), address=address) from error
    return client


def _shares(groups: Iterable[RowGroup]) -> Iterator[list[RowGroup]]:
    """Row groups in order, as many together as make up a part; of no rows at all one empty part."""
    share: list[RowGroup] = []
    rows = 0
    for group in groups:
        if share and rows + group.rows > SHARE_ROWS:
            yield share
            share, rows = [], 0
        share.append(group)
        rows += group.rows
    yield share


def _written(client: Any, index: GridIndex, work: _Work, shares: Mapping[int, list[RowGroup]]) -> Iterator[tuple[int, Tally]]:
    """The parts as they are done, in any order, each with its counts."""
    left, lost = dict(shares), 0
    while left:
        try:
            for number, tally in _asked(client, index, work, left):
                del left[number]
                yield number, tally
        except KilledWorker as error:
            raise Unavailable(msg("One part ended worker after worker; look at their memory. What was done is kept")) from error
        except (CancelledError, TimeoutError) as error:
            lost += 1  # A worker took the only copy of a result or of the boundaries along: what is left is asked for again.
            if lost > TRIES or client.status != "running":
                raise Unavailable(msg("The cluster was lost. What was done is kept: the same call goes on")) from error


def _asked(client: Any, index: GridIndex, work: _Work, shares: Mapping[int, list[RowGroup]]) -> Iterator[tuple[int, Tally]]:
    everywhere = client.scatter(index, broadcast=True, hash=False)  # Under a name of its own: the last try's is being forgotten.
    asked = {client.submit(write_part, everywhere, work, number, share, pure=False): number for number, share in shares.items()}
    try:
        for future in as_completed(asked, loop=client.loop):
            yield asked[future], Tally.read(future.result(), before=False)
    finally:
        client.cancel(list(asked))


def write_part(index: GridIndex, work: _Work, number: int, share: list[RowGroup]) -> dict[str, Any]:
    """What a worker does: one part of the folder, whole or not at all.

    Returns:
        Its counts, as `Tally.noted`.

    Raises:
        Conflict: this worker runs another version of the program.
        NotFound: it does not see the files.
    """
    if work.version != __version__:
        raise Conflict(
            msg("Worker %(worker)s runs gridmap %(theirs)s, not %(ours)s"),
            worker=gethostname(),
            theirs=__version__,
            ours=work.version,
        )
    for path in (work.draft, work.order.source):
        if not path.exists():
            raise NotFound(
                msg("Worker %(worker)s does not see %(path)s: all machines need the same storage, under the same path"),
                worker=gethostname(),
                path=str(path),
            )
    router, tally, draft = Router.of(index, work.held, work.order), Tally(), work.draft / f".{uuid4().hex}"
    file = ParquetFile(draft, router.answers.schema(work.held.schema), source=work.order.source)
    try:
        for batch in work.points.read(share):
            file.write(*router.routed(batch, tally))
        file.close()
        draft.rename(work.draft / part_name(number))
    except BaseException:
        file.leave()
        draft.unlink(missing_ok=True)
        raise
    keep_names(work.draft)
    return tally.noted()


def _clear(draft: Path, parts: set[str]) -> None:
    """Take away what lost workers left half done."""
    for one in draft.iterdir():
        if one.name not in parts:
            one.unlink()
    keep_names(draft)
