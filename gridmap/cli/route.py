"""`gridmap route IN OUT`: the grid of every point of a file of any size."""

import csv
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from gridmap.cli.database import opened_session
from gridmap.cli.load import moment
from gridmap.cli.progress import step
from gridmap.cli.settings import keep_compiled, read_settings
from gridmap.cli.telling import REFUSED, told
from gridmap.cli.ticker import Ticker
from gridmap.cli.words import say, say_fault
from gridmap.clock import local
from gridmap.errors import Fault, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files.delimited import neutral
from gridmap.routing.ask import index_at
from gridmap.routing.index import GridIndex

if TYPE_CHECKING:
    from gridmap.desk.bulk.drafts import Order
    from gridmap.desk.bulk.tally import Tally

_SHOWN = 5


class Refusals:
    """The rows that are kept out, in a table beside the file written; there is none where there are no such rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: IO[str] | None = None

    def __call__(self, number: int, fault: Fault, text: str) -> None:
        """Write one down: its number, what is wrong, and the row as it stands."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow(["row", "reason", "text"])
        csv.writer(self._file).writerow([number, neutral(say_fault(fault)), neutral(text)])
        self.count += 1
        if self.count <= _SHOWN:
            click.echo(f"{say(msg('row %(number)s'), {'number': number})}: {say_fault(fault)}", err=True)

    def done(self) -> None:
        """Everything was read; what an earlier run wrote here is no longer true."""
        if self._file is None:
            self.path.unlink(missing_ok=True)
        else:
            self._file.close()


@click.command
@click.argument("source", metavar="IN", type=click.Path(exists=True, path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--as-of", callback=moment, metavar="TIME", help="按哪一时刻的边界，默认现在 · by the boundaries of this moment")
@click.option(
    "--datum",
    type=click.Choice([str(datum) for datum in Datum]),
    help="坐标基准，文件自带坐标系时可省 · datum of the coordinates",
)
@click.option("--lon", metavar="COLUMN", help="经度在哪一列 · the column of longitudes")
@click.option("--lat", metavar="COLUMN", help="纬度在哪一列 · the column of latitudes")
@click.option("--facts", is_flag=True, help="再加一列距边界多少米（慢些） · also the distance to the border, in metres (slower)")
@click.option("--dask", metavar="ADDRESS", help="由 Dask 集群来做，tcp://主机:端口 · let the workers of a Dask cluster do it")
@click.option("--again", is_flag=True, help="不接着上次，从头重写 · begin anew, and write over what is there")
def command(
    *,
    source: Path,
    target: Path,
    as_of: datetime | None,
    datum: str | None,
    lon: str | None,
    lat: str | None,
    facts: bool,
    dask: str | None,
    again: bool,
) -> None:
    """大批定格 · find the grid of every point of a file of any size.

    后缀决定格式 · the suffix says the format: .parquet .csv .tsv .gpkg .geojsonl .ndjson.

    没有后缀的 OUT 是一个 Parquet 文件夹 · an OUT without one is a folder of Parquet.

    退出码 exit status: 0 完成 done, 1 有行未能读入或被拒绝 some rows were kept out, or refused, 2 用法有误 usage,
    65 设置有误 settings make no sense, 69 数据库或集群不可用 no database or cluster.
    """
    from gridmap.desk.bulk.drafts import Order  # noqa: PLC0415  # pyarrow: not for --help

    if (lon is None) != (lat is None):
        raise click.UsageError(say(msg("--lon and --lat go together")))
    ticker, begun = Ticker(), time.monotonic()
    refusals = Refusals(target.with_name(f"{target.stem}.refused.csv"))
    order = Order(
        source,
        target,
        Datum(datum) if datum else None,
        (lon, lat) if lon and lat else None,
        distances=facts,
        again=again,
        limit_m=read_settings().nearest_limit_m,
    )
    with told(ticker, target):
        tally, index = _routed(order, as_of, dask, refusals, ticker)
    refusals.done()
    _print(tally, index, refusals)
    _tell_speed(tally, time.monotonic() - begun)
    if refusals.count:
        sys.exit(REFUSED)


def _routed(
    order: "Order", as_of: datetime | None, dask: str | None, refusals: Refusals, ticker: Ticker
) -> "tuple[Tally, GridIndex]":
    from gridmap.desk.bulk.route import opened  # noqa: PLC0415  # pyarrow: not for --help

    settings = read_settings()
    keep_compiled(settings)
    with opened_session(settings) as session:
        index = index_at(session, as_of)
    if dask:
        return _spread(index, order, dask, ticker), index
    file = opened(index, order, refuse=refusals)
    with step("准备边界索引", "preparing the index of boundaries"):
        index.prepare()
    return file.route(ticker), index


def _spread(index: GridIndex, order: "Order", scheduler: str, ticker: Ticker) -> "Tally":
    try:
        from gridmap.desk.bulk.spread import route_spread  # noqa: PLC0415  # Dask is an extra: it may not be installed
    except ModuleNotFoundError as error:
        raise click.UsageError(say(msg('--dask needs Dask: pip install "gridmap[dask]"'))) from error
    return route_spread(index, order, scheduler, progress=ticker)


def _print(tally: "Tally", index: GridIndex, refusals: Refusals) -> None:
    """The counts, and of rows that make no sense the first few numbers."""
    for flaw, count, first in tally.senseless():
        rows = ", ".join(map(str, first)) + (" …" if count > len(first) else "")
        told = {"count": f"{count:,}", "what": say(flaw), "rows": rows}
        click.echo(say(msg("%(count)s rows stay unrouted: %(what)s (rows %(rows)s)"), told), err=True)
    if refusals.count:
        told = {"count": f"{refusals.count:,}", "file": str(refusals.path)}
        click.echo(say(msg("%(count)s rows can't be read and are kept out: %(file)s"), told), err=True)
    counts = {name: f"{count:,}" for name, count in tally.rules.items()}
    click.echo(say(msg("%(covers)s in their grids, %(nearest)s to the nearest, %(unrouted)s unrouted"), counts))
    by = {"publication": index.publication, "at": local(index.at).isoformat(timespec="seconds")}
    click.echo(say(msg("By publication %(publication)s of %(at)s"), by))


def _tell_speed(tally: "Tally", seconds: float) -> None:
    if seconds:
        told = {"seconds": f"{seconds:.1f}", "rate": f"{(tally.rows - tally.before) / seconds:,.0f}"}
        click.echo(say(msg("%(seconds)s s, %(rate)s rows a second"), told))
