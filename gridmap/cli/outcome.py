"""Print what a load did, for people, and write its refusals down for spreadsheets."""

import csv
from pathlib import Path

import click

from gridmap.cli.words import say, say_fault
from gridmap.desk.loading.report import Refusal, Report
from gridmap.errors import msg
from gridmap.geo.files.contents import Counted
from gridmap.geo.files.delimited import neutral

_PLACES = {Counted.LINE: msg("line %(number)s"), Counted.ROW: msg("row %(number)s"), Counted.FEATURE: msg("feature %(number)s")}
_COUNTS = msg("%(layer)s: %(total)s read, %(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(retired)s retired")


def print_report(report: Report, *, limit: int = 20) -> None:
    """Refusals (at most `limit`) and warnings to stderr, the counts to stdout."""
    for fault in report.warnings:
        click.echo(say(msg("Warning: %(what)s"), {"what": say_fault(fault)}), err=True)
    for refusal in report.refused[:limit]:
        click.echo(f"{_place(report, refusal)}: {say_fault(refusal.fault)}", err=True)
    if len(report.refused) > limit:
        click.echo(
            say(msg("… and %(count)s more; --limit-refusals or --report shows them"), {"count": len(report.refused) - limit}),
            err=True,
        )
    if report.refuses:
        click.echo(
            say(
                msg("%(layer)s: refused, %(count)s reasons; nothing is loaded"),
                {"layer": report.layer, "count": len(report.refused)},
            )
        )
        return
    names = ("layer", "total", "new", "changed", "unchanged", "retired")
    click.echo(say(_COUNTS, {name: getattr(report, name) for name in names}))


def _place(report: Report, refusal: Refusal) -> str:
    if refusal.line == 0:
        return say(msg("the whole file"))
    return say(_PLACES[report.counted], {"number": refusal.line})


def write_refusals(report: Report, path: Path) -> None:
    """Every refusal as a line of CSV: line, field, reason. UTF-8 with mark; cells can't become formulas."""
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["line", "field", "reason"])
        for refusal in report.refused:
            writer.writerow([refusal.line, neutral(refusal.field), neutral(say_fault(refusal.fault))])
