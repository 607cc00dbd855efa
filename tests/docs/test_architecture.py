"""docs/architecture.md and docs/decisions are in step with the code."""

import re
import tomllib
from pathlib import Path

import pytest

import gridmap.accounts.models
import gridmap.cases.attention
import gridmap.cases.clock_models
import gridmap.cases.judging
import gridmap.cases.loop_models
import gridmap.cases.models
import gridmap.grids.models
import gridmap.journal.models
import gridmap.notices.models
import gridmap.people.models
import gridmap.places.models
import gridmap.plans.models  # noqa: F401  # these: so that their tables are known
from gridmap.db import Base
from tests.docs.pages import CHECKOUT, DOCS, blocks

PAGE = DOCS / "architecture.md"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
PARTS = ["Context", "Decision", "Consequences", "Alternatives", "We would change it when"]


def section(title: str) -> str:
    """The text below one of the page's headings."""
    _, _, rest = PAGE.read_text().partition(f"\n## {title}\n")
    return rest.partition("\n## ")[0]


def first_column(title: str) -> set[str]:
    """The names in the first column of a section's table."""
    return set(re.findall(r"^\| `(\w+)` \|", section(title), re.MULTILINE))


def test_the_floors_are_those_of_the_contract() -> None:
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (floors,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    (drawn,) = (block.text for block in blocks(PAGE) if block.kind == "floors")
    assert drawn.splitlines() == floors


def test_every_room_is_described() -> None:
    package = CHECKOUT / "gridmap"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")} | {path.stem for path in package.glob("*.py")}
    assert first_column("Rooms") == rooms - {"__init__", "__main__"}


def test_every_table_is_described() -> None:
    assert first_column("Tables") == set(Base.metadata.tables)


def test_every_advisory_lock_is_explained() -> None:
    source = "".join(path.read_text() for path in (CHECKOUT / "gridmap").rglob("*.py"))
    assert set(re.findall(r"_lock\(hashtext\('([^']+)'\)\)", source)) <= set(
        re.findall(r'^\| "([^"]+)" \|', section("Concurrency"), re.MULTILINE)
    )


def test_every_kind_of_event_is_named() -> None:
    source = "".join(path.read_text() for path in (CHECKOUT / "gridmap").rglob("*.py"))
    kinds = set(re.findall(r'"((?:cases?|alert|grids|cameras?|service-points|categories|key)\.[a-z]+(?:ed|ing))"', source))
    assert {"case.opened", "grids.published"} <= kinds
    assert not {kind for kind in kinds if f"`{kind}`" not in PAGE.read_text()}


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("record", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_why_and_what_would_change_it(record: Path) -> None:
    text = record.read_text()
    title = re.match(r"# (\d{4})\. (.+)\n\n\d{4}-\d\d-\d\d · (in force|replaced by \[.+\]\(.+\))\n", text)
    assert title, "the first lines are its number and title, its date and whether it is in force"
    assert title[1] == record.name[:4]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    assert f"{int(title[1])}. [{title[2]}]({record.name})" in (DOCS / "decisions/README.md").read_text()
