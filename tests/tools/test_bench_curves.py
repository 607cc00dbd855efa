"""The curves are measured, told in a table, drawn, and put into the page."""

from pathlib import Path

from tools.bench.curves import MARK, QUICK, by_cases, by_clients, by_grids, record, table
from tools.bench.plots import Line, Plot, draw


def test_a_quick_run_measures_every_curve() -> None:
    plots = [*by_grids(QUICK), *by_cases(QUICK), by_clients(QUICK)]
    assert [(plot.along, len(plot.lines)) for plot in plots] == [
        ("grids", 1),
        ("grids", 1),
        ("cases", 2),
        ("cases", 1),
        ("clients", 2),
    ]
    assert all(y > 0 for plot in plots for line in plot.lines for y in line.y)
    assert all(
        list(line.x) in (list(QUICK.grids), list(QUICK.cases), list(QUICK.live.streams)) for plot in plots for line in plot.lines
    )


def test_curves_are_drawn_the_same_every_time_and_told_in_the_page(tmp_path: Path) -> None:
    lines = (Line("open cases", (10, 1000), (1.5, 250.0)), Line("all cases", (10, 1000), (2.0, 1200.0)))
    plots = [Plot("A tile", "cases", "ms", lines), Plot("Points", "grids", "million a second", lines[:1])]
    for name in ("one.svg", "two.svg"):
        draw(plots, tmp_path / name)
    drawn = (tmp_path / "one.svg").read_text()
    assert drawn == (tmp_path / "two.svg").read_text()
    assert all(f">{word}</text>" in drawn for word in ("A tile", "all cases", "1,000", "250"))
    page = tmp_path / "page.md"
    page.write_text(f"before\n{MARK}\nold\n{MARK}\nafter\n")
    record(page, table(plots))
    assert "| A tile: all cases | ms | cases | 10: 2, 1,000: 1,200 |" in page.read_text()
    assert "old" not in page.read_text()
