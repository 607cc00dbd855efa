"""`gridmap export-grids FILE`: all grids of a moment, a publication or a plan, with their lineage."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from gridmap import clock
from gridmap.cli.database import opened_session
from gridmap.cli.load import moment
from gridmap.cli.settings import read_settings
from gridmap.cli.words import say
from gridmap.desk.loading.sets import moment_of, of_moment, of_plan, write_set
from gridmap.errors import msg
from gridmap.plans import lookup


@click.command
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--at", callback=moment, metavar="TIME", help="某一时刻的网格，默认现在 · the grids of this moment (default: now)")
@click.option("--publication", type=int, help="某次发布之后的网格 · as this publication left them")
@click.option("--plan", "plan_id", type=int, help="某个方案的网格 · those of this plan")
@click.option(
    "--encoding", type=click.Choice(("utf-8", "gbk")), default="utf-8", help="Shapefile 的文字编码 · of a Shapefile's text"
)
def command(file: Path, at: datetime | None, publication: int | None, plan_id: int | None, encoding: str) -> None:
    """导出整套网格和谱系 · all grids with their lineage.

    后缀决定格式 · the suffix says the format: .geojson .gpkg .zip (Shapefile) .kml .csv (codes).
    """
    if sum(given is not None for given in (at, publication, plan_id)) > 1:
        raise click.UsageError(say(msg("One of --at, --publication and --plan, not several")))
    with opened_session(read_settings()) as session:
        if plan_id is not None:
            layer = of_plan(session, lookup.plan(session, plan_id), None, lambda _: True)
        else:
            when = moment_of(session, publication) if publication is not None else at or clock.now()
            layer = of_moment(session, when, lambda _: True)
        count = write_set(file, replace(layer, encoding=encoding.upper()))
    click.echo(say(msg("%(layer)s: %(count)s written to %(file)s"), {"layer": "grids", "count": count, "file": file}))
