"""`gridmap load LAYER FILE`: bring a file in. A dry run unless --commit."""

import sys
from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cli.actor import actor
from gridmap.cli.database import opened_session
from gridmap.cli.outcome import print_report, write_refusals
from gridmap.cli.settings import keep_compiled, read_settings
from gridmap.cli.telling import REFUSED, told
from gridmap.cli.ticker import Ticker
from gridmap.cli.words import say
from gridmap.config import Settings
from gridmap.desk.loading.job import Terms
from gridmap.desk.loading.load import LAYERS, load_file
from gridmap.desk.loading.report import Report
from gridmap.errors import msg
from gridmap.geo.datum import Datum


def moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    """A moment with its zone, as an option's value."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(say(msg("not a time: write 2026-11-22T08:30:00+08:00"))) from error
    if found.tzinfo is None:
        raise click.BadParameter(say(msg("no time zone: write +08:00 behind it if it is Beijing time")))
    return found


@click.command
@click.argument("layer", type=click.Choice(LAYERS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--datum",
    type=click.Choice([str(datum) for datum in Datum]),
    help="坐标基准，文件自带坐标系时可省 · datum of the coordinates",
)
@click.option("--commit", is_flag=True, help="真正写入；不加则只试运行 · write; without it a dry run")
@click.option(
    "--limit-refusals", type=click.IntRange(0), default=20, show_default=True, help="最多显示几条拒收原因 · refusals shown"
)
@click.option(
    "--report", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="拒收清单 CSV · all refusals as CSV"
)
@click.option(
    "--valid-from",
    callback=moment,
    metavar="TIME",
    help="网格、专属区域自何时起生效，默认现在 · when grids or zones come into force",
)
@click.option("--note", default="", help="发布说明 · a note on the publication of grids or zones")
@click.option(
    "--keep-outside",
    is_flag=True,
    help="镇外的、探头未登记的案件也收下 · take cases outside of the town, and of unknown cameras",
)
@click.option(
    "--retire",
    is_flag=True,
    help="文件里没有的现行网格、专属区域停用，编码不再使用 · retire grids or zones in force that the file leaves out",
)
@click.option(
    "--history",
    is_flag=True,
    help="已结的往期案件，任意大小，另存为历史 · ended cases of months past, any number, kept as history",
)
def command(
    *,
    layer: str,
    file: Path,
    datum: str | None,
    commit: bool,
    limit_refusals: int,
    report: Path | None,
    valid_from: datetime | None,
    note: str,
    keep_outside: bool,
    retire: bool,
    history: bool,
) -> None:
    """载入数据 · bring data in: GeoJSON, GeoPackage, zipped Shapefile, CSV, Excel.

    退出码 exit status: 0 可以载入/已载入 fine, 1 被拒收 refused, 2 用法有误 usage,
    65 设置有误 settings make no sense, 69 数据库不可用 no database.
    """
    settings = read_settings()
    ticker = Ticker()
    terms = _terms(settings, ticker, valid_from=valid_from, note=note, keep_outside=keep_outside, retire=retire)
    if history and layer != "cases":
        raise click.UsageError(say(msg("Only cases can be loaded as history")))
    with told(ticker, report), opened_session(settings) as session:
        named = Datum(datum) if datum else None
        if history:
            outcome = _history(settings, session, file, named, terms, commit=commit)
        else:
            outcome = load_file(session, layer, file, datum=named, terms=terms)
        ticker.done()
        print_report(outcome, limit=limit_refusals)
        if report is not None:
            write_refusals(outcome, report)
        if outcome.refuses:
            sys.exit(REFUSED)
        if commit:
            session.commit()
        click.echo(say(msg("Committed") if commit else msg("Dry run: nothing was written; add --commit to write")))


def _history(settings: Settings, session: Session, file: Path, datum: Datum | None, terms: Terms, *, commit: bool) -> Report:
    """Loaded as history, which commits by itself."""
    keep_compiled(settings)
    from gridmap.desk.history.load import load_history  # noqa: PLC0415  # pyarrow: not for --help

    return load_history(session, file, datum=datum, terms=terms, commit=commit)


def _terms(
    settings: Settings, ticker: Ticker, *, valid_from: datetime | None, note: str, keep_outside: bool, retire: bool
) -> Terms:
    return Terms(
        actor=actor(),
        now=clock.now(),
        ahead=timedelta(minutes=settings.future_minutes),
        nearest_limit_m=settings.nearest_limit_m,
        keep_outside=keep_outside,
        valid_from=valid_from,
        note=note,
        retire=retire,
        progress=ticker,
    )
