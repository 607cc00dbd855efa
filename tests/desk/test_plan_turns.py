"""Who hears of a plan's turns: those asked to look at it, or else those who may approve it; and who drew it."""

from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.caller import Caller
from gridmap.accounts.models import Account
from gridmap.accounts.rights import Grant, Role
from gridmap.desk import plan_turns
from gridmap.errors import Invalid
from gridmap.http.state import state
from gridmap.notices.models import Notice
from gridmap.plans import drafting
from gridmap.plans.flaws import Limits
from gridmap.plans.models import Plan
from tests import callers, town

Cast = dict[str, Caller]


@pytest.fixture
def cast(desk: Session) -> Cast:
    """Who draws, two who may approve, a head who may say something, a planner of another village, somebody disabled."""
    roles = {
        "draws": Grant(Role.PLANNER, town.TOWN),
        "approves": Grant(Role.PLANNER, town.TOWN),
        "keeps": Grant(Role.ADMINISTRATOR, town.TOWN),
        "heads": Grant(Role.GRID_HEAD, town.TOWN),
        "elsewhere": Grant(Role.PLANNER, town.village(3)),
        "gone": Grant(Role.PLANNER, town.TOWN),
    }
    return {name: caller(desk, name, grant) for name, grant in roles.items()}


def caller(session: Session, name: str, grant: Grant) -> Caller:
    facts = {"disabled_at": clock.now()} if name == "gone" else {}
    account = callers.account(session, grant, username=name, **facts)
    return Caller(f"account:{name}", account.id, grants=(grant,))


@pytest.fixture
def plan(desk: Session, cast: Cast) -> Plan:
    """A plan that renames a grid."""
    made = drafting.make(desk, "改名试点", town.village(1), caller=cast["draws"])
    drafting.draw(desk, made, "rename", {"code": town.micro(1, 1), "name": "新名"}, caller=cast["draws"])
    return made


def told(session: Session) -> dict[str, dict[str, Any]]:
    """The newest notice's facts of each account that has one, with its kind."""
    rows = session.execute(
        select(Account.username, Notice).join(Notice, Notice.account_id == Account.id).order_by(Notice.id)
    ).all()
    return {row[0]: row[1].facts | {"kind": row[1].kind} for row in rows}


def test_whoever_may_approve_hears_of_a_plan_that_nobody_was_asked_for(desk: Session, cast: Cast, plan: Plan) -> None:
    plan_turns.submit(desk, plan, Limits(), caller=cast["draws"])
    found = told(desk)
    assert set(found) == {"approves", "keeps"}
    assert found["keeps"] == {"kind": "plan_to_review", "plan": plan.id, "plan_name": "改名试点", "by": "draws", "reason": ""}


def test_whoever_was_asked_hears_of_it_and_nobody_else(desk: Session, cast: Cast, plan: Plan) -> None:
    plan_turns.ask(desk, plan, ["heads"], caller=cast["draws"])
    assert told(desk) == {}
    plan_turns.submit(desk, plan, Limits(), caller=cast["draws"])
    assert set(told(desk)) == {"heads"}
    plan_turns.ask(desk, plan, ["heads", "keeps"], caller=cast["draws"])
    assert set(told(desk)) == {"heads", "keeps"}
    assert desk.scalars(select(Notice.kind)).all() == ["plan_to_review"] * 2


def test_who_drew_it_hears_what_became_of_it(desk: Session, cast: Cast, plan: Plan) -> None:
    plan_turns.ask(desk, plan, ["heads"], caller=cast["draws"])
    plan_turns.submit(desk, plan, Limits(), caller=cast["draws"])
    plan_turns.send_back(desk, plan, reason=" 名字写错了 ", caller=cast["approves"])
    assert (told(desk)["draws"]["kind"], told(desk)["draws"]["reason"]) == ("plan_returned", "名字写错了")
    plan_turns.submit(desk, plan, Limits(), caller=cast["draws"])
    plan_turns.approve(desk, plan, Limits(), two_people=True, caller=cast["approves"])
    assert told(desk)["draws"]["kind"] == "plan_approved"
    plan_turns.published(desk, plan, plan.base_id, caller=cast["draws"])
    assert {name: facts["kind"] for name, facts in told(desk).items()} == {
        "draws": "plan_approved",  # They published it themselves.
        "heads": "plan_published",
        "approves": "plan_published",
    }


@pytest.mark.parametrize("name", ["elsewhere", "gone", "nobody"])
def test_who_may_not_look_is_not_asked(desk: Session, cast: Cast, plan: Plan, name: str) -> None:
    assert set(plan_turns.reviewers(desk, plan)) == {"draws", "approves", "keeps", "heads"}
    with pytest.raises(Invalid, match="may not look"):
        plan_turns.ask(desk, plan, ["heads", name], caller=cast["draws"])


def test_the_notice_leads_to_the_plan(app: APIFlask) -> None:
    with state(app).sessions.begin() as session:
        draws = caller(session, "draws", Grant(Role.PLANNER, town.TOWN))
        keeps = callers.account(session, Grant(Role.ADMINISTRATOR, town.TOWN), username="keeps")
        made = drafting.make(session, "改名<b>试点", town.village(1), caller=draws)
        drafting.draw(session, made, "rename", {"code": town.micro(1, 1), "name": "新名"}, caller=draws)
        plan_turns.submit(session, made, Limits(), caller=draws)
    client = callers.signed_in_as(app, keeps)
    page = client.get("/inbox").text
    assert "A plan waits for your review" in page
    assert "改名&lt;b&gt;试点" in page
    notice = client.get("/api/v1/inbox").get_json()["notices"][0]["id"]
    assert client.post(f"/inbox/{notice}/open").headers["Location"] == f"/plans/{made.id}/review"
