"""docs/workflow.md is what the table makes of it, and names everything there is."""

from gridmap.accounts.rights import Role
from gridmap.cases.states import State
from gridmap.cases.workflow import Action, By
from tools import workflow_page


def test_the_page_is_up_to_date() -> None:
    assert workflow_page.PAGE.read_text(encoding="utf-8") == workflow_page.page(), "run: python -m tools.workflow_page"


def test_everything_has_its_word() -> None:
    assert workflow_page.STATES.keys() == set(State)
    assert workflow_page.ACTIONS.keys() == set(Action)
    assert workflow_page.ROLES.keys() == set(Role)
    assert workflow_page.WHOSE.keys() == set(By)


def test_the_drawing_knows_every_step() -> None:
    drawn = workflow_page.page().partition("```mermaid")[2].partition("```")[0]
    assert "discovered --> handling: 接单" in drawn
    assert "handling --> verifying: 办结" in drawn
    assert "rating --> closed: 评价、结案" in drawn
