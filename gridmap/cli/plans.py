"""`gridmap plans`: plans of new boundaries at the terminal."""

from pathlib import Path

import click

from gridmap import clock
from gridmap.accounts import lookup
from gridmap.accounts.caller import command_line
from gridmap.cli.actor import actor
from gridmap.cli.database import opened_session
from gridmap.cli.settings import read_settings
from gridmap.cli.ticker import Ticker
from gridmap.cli.words import say
from gridmap.config import Settings
from gridmap.desk.loading.as_plan import SetTerms, prepare_file
from gridmap.desk.loading.job import Terms
from gridmap.errors import msg
from gridmap.geo.datum import Datum
from gridmap.plans.flaws import Limits
from gridmap.plans.importing import Imported, keep

MOST_SHOWN = 5  # Places of one repair; the plan's page shows all.


@click.group
def command() -> None:
    """边界方案 · plans of new boundaries."""


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--datum", type=click.Choice([str(datum) for datum in Datum]), help="坐标基准，文件自带时可省 · datum of the coordinates"
)
@click.option("--name", default="", help="方案名称，默认为文件名 · what the plan is called (default: the file's name)")
@click.option("--ground", help="镇或村居编码，默认按文件 · the town or village it is for (default: the one its codes are of)")
@click.option("--repair-area", type=click.FloatRange(0), help="自动修复的面积上限（平方米） · mend up to this size (m²)")
@click.option("--for", "username", metavar="USERNAME", help="方案归谁，写入时必填 · whose plan it is; needed with --commit")
@click.option("--commit", is_flag=True, help="真正写入；不加则只列出修复 · write; without it the repairs are only listed")
def import_(
    *,
    file: Path,
    datum: str | None,
    name: str,
    ground: str | None,
    repair_area: float | None,
    username: str | None,
    commit: bool,
) -> None:
    """导入整套网格为方案，逐项列出修复 · a whole set of grids as a plan, each repair listed; formats as of gridmap load."""
    if commit and not username:
        raise click.UsageError(say(msg("Say whose plan it is: --for USERNAME")))
    settings, ticker = read_settings(), Ticker()
    terms = _terms(settings, datum, ground, repair_area)
    with opened_session(settings) as session:
        try:
            made = prepare_file(session, file, terms, Terms(actor(), clock.now(), progress=ticker))
        finally:
            ticker.done()
        _print(made)
        if username and commit:
            caller = command_line(actor()).acting_as(lookup.account(session, username).id)
            plan = keep(session, name or file.stem, made, file=file.name, caller=caller)
            session.commit()
            click.echo(say(msg("Kept as plan %(number)s"), {"number": plan.id}))
        else:
            click.echo(say(msg("Dry run: nothing was written; add --commit to write")))


def _terms(settings: Settings, datum: str | None, ground: str | None, repair_area: float | None) -> SetTerms:
    limits = Limits.of(settings)
    most = settings.plan_repair_area if repair_area is None else repair_area
    return SetTerms(Datum(datum) if datum else None, ground, most, limits)


def _print(made: Imported) -> None:
    for one in made.rounds:
        if one.made:
            click.echo(say(msg("%(repair)s: %(count)s repairs"), {"repair": one.mend, "count": len(one.made)}))
        for place in sorted(one.made, key=lambda found: -found.area_m2)[:MOST_SHOWN]:
            click.echo(f"  {say(place.text, place.values)}")
    for problem in made.problems:
        click.echo(say(msg("To be decided: %(what)s"), {"what": say(problem.text, problem.values)}))
