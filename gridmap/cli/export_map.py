"""`gridmap export-map FILE.html`: the map as it stands, as one file for a meeting without a network."""

import sys
from pathlib import Path
from typing import Literal

import click

from gridmap import clock
from gridmap.cli.database import opened_session
from gridmap.cli.settings import read_settings
from gridmap.cli.words import say
from gridmap.errors import Invalid, msg

_SUFFIXES = (".html", ".htm")


@click.command
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["zh", "en"]), help="语言 · language of the file; default GRIDMAP_LANGUAGE")
def command(file: Path, language: Literal["zh", "en"] | None) -> None:
    """导出地图 · write the map as it stands into one HTML file that opens without a network."""
    from gridmap.maps import export  # noqa: PLC0415  # folium: not for --help

    if file.suffix.lower() not in _SUFFIXES:
        raise Invalid(msg("%(file)s: the map is written as a web page; give the file a name ending in .html"), file=file)
    settings = read_settings()
    with opened_session(settings) as session:
        town = export.gather(session, at=clock.now())
    text = export.page(town, language=language or settings.language)
    try:
        file.write_text(text, "utf-8")
    except OSError as error:
        click.echo(say(msg("%(file)s can't be written: %(why)s"), {"file": file, "why": error.strerror}), err=True)
        sys.exit(1)
    size = f"{len(text.encode()) / 1_000_000:.1f}"
    click.echo(
        say(
            msg("%(file)s: %(grids)s grids, %(cases)s cases, %(size)s MB"),
            {
                "file": file,
                "grids": len(town["grids"]),
                "cases": len(town["cases"]),
                "size": size,
            },
        )
    )
    if town["cases_left"]:
        click.echo(
            say(
                msg("%(left)s older open cases were left out, so that the file still opens quickly"), {"left": town["cases_left"]}
            )
        )
