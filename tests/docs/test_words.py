"""docs/words.md holds every value people and machines meet, by the same Chinese word as the pages."""

import re
from enum import StrEnum

import pytest

from gridmap.cases.deadlines import Unit
from gridmap.cases.escalation import Rung
from gridmap.cases.states import State, Urgency
from gridmap.desk.alerts import Relation
from gridmap.geo.datum import Datum
from gridmap.grids.codes import Level
from gridmap.grids.coverage import Flaw
from gridmap.grids.zones import ZoneKind
from gridmap.people.duty import Reason
from gridmap.people.models import Team
from gridmap.places.models import CameraState
from gridmap.plans.flaws import Flaw as PlanFlaw
from gridmap.plans.life import Stage
from gridmap.routing.route import Basis, Rule
from tests import messages
from tests.docs.pages import DOCS

PAGE = (DOCS / "words.md").read_text()
ENUMERATIONS: tuple[type[StrEnum], ...] = (
    State,
    Urgency,
    Unit,
    Rung,
    Relation,
    Datum,
    Level,
    Flaw,
    PlanFlaw,
    ZoneKind,
    Stage,
    CameraState,
    Basis,
    Rule,
    Team,
    Reason,
)


def table(name: str) -> dict[str, str]:
    """The table whose first column's heading ends in `name`: value, Chinese word."""
    _, _, rest = PAGE.partition(f" {name} | 中文 | English |\n")
    rows = re.match(r"\|[-|]+\|\n((?:\|.*\|\n)+)", rest)
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", rows[1], re.MULTILINE)) if rows else {}


NAMES: dict[type[StrEnum], str] = {CameraState: "Camera state", PlanFlaw: "Plan flaw", ZoneKind: "Zone kind", Reason: "On duty"}


@pytest.mark.parametrize("kind", ENUMERATIONS, ids=lambda kind: kind.__name__)
def test_every_value_has_its_word(kind: type[StrEnum]) -> None:
    assert set(table(NAMES.get(kind, kind.__name__))) == set(kind)


@pytest.mark.parametrize(("prefix", "kind"), [("state", State), ("urgency", Urgency), ("level", Level)])
def test_the_pages_use_the_same_word(prefix: str, kind: type[StrEnum]) -> None:
    words = table(kind.__name__)
    for value in kind:
        assert messages.WORDS[f"{prefix}.{value}"][0] == words[value]


@pytest.mark.parametrize("tray", ["unrouted", "triage"])
def test_the_trays_have_theirs(tray: str) -> None:
    assert re.search(rf"^\| {messages.WORDS[f'tray.{tray}'][0]} \| {tray} \| `{tray}`", PAGE, re.MULTILINE)
