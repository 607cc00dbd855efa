"""`gridmap export LAYER FILE`: write a layer to a file that `gridmap load` takes back unchanged."""

from datetime import datetime
from pathlib import Path

import click

from gridmap.cli.database import opened_session
from gridmap.cli.load import moment
from gridmap.cli.settings import read_settings
from gridmap.cli.telling import told
from gridmap.cli.ticker import Ticker
from gridmap.cli.words import say
from gridmap.desk.loading.export import EXPORTS, export_file
from gridmap.errors import msg


@click.command
@click.argument("layer", type=click.Choice(EXPORTS))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--at", callback=moment, metavar="TIME", help="某一时刻的网格或专属区域，默认现在 · the grids or zones of this moment"
)
def command(layer: str, file: Path, at: datetime | None) -> None:
    """导出数据 · write data out; the suffix says the format: .geojson .gpkg .zip (Shapefile) .csv .tsv .xlsx."""
    ticker = Ticker()
    with told(ticker, file), opened_session(read_settings()) as session:
        count = export_file(session, layer, file, at=at, progress=ticker)
    click.echo(say(msg("%(layer)s: %(count)s written to %(file)s"), {"layer": layer, "count": count, "file": file}))
