"""Who takes part in the whole story: the town's people and their department, each with a browser, and what the pages say to them."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.accounts.lookup import account
from gridmap.accounts.rights import Grant, Role
from gridmap.cases.loop_models import CategoryOwner
from gridmap.cases.models import Category
from gridmap.people.models import Department
from tests import callers
from tests.journeys.conftest import tiny
from tests.journeys.operator_desk import Desk
from tests.journeys.phones import HERE, phone
from tests.journeys.station import SECRET_KEY, Station
from tests.people import crew


@dataclass(frozen=True)
class Words:
    """What the pages say, in one language."""

    locale: str
    reason: str
    participants: str
    notes: str
    decision: str
    consult_notice: str
    overdue_notice: str
    task_notice: str
    department: str
    text: str
    result: str
    verify_notice: str
    states: dict[str, str]
    told: tuple[str, ...]
    solved: str
    very_satisfied: str
    five: str
    submit: str


ZH = Words(
    locale="zh-CN",
    reason="理由",
    participants="参加人",
    notes="会商记录",
    decision="会商决定",
    consult_notice="请组织会商",
    overdue_notice="已超时",
    task_notice="新任务",
    department="演示城管中队",
    text="内容",
    result="处置结果",
    verify_notice="请核实处置结果",
    states={"consulting": "会商中", "dispatched": "待接单", "verifying": "待核实", "rating": "待评价", "closed": "已结案"},
    told=("立案", "上报", "会商", "派遣 → 演示城管中队", "催办提醒", "督办", "接单", ".", "办结", "核实", "评价"),
    solved="已解决",
    very_satisfied="非常满意",
    five="5 很好",
    submit="提交",
)
EN = Words(
    locale="en-GB",
    reason="Reason",
    participants="Participants",
    notes="Notes",
    decision="Decision",
    consult_notice="call the teams together",
    overdue_notice="The limit has run out",
    task_notice="A new task for you",
    department="Demo patrol",
    text="Text",
    result="Result",
    verify_notice="please verify",
    states={
        "consulting": "Consulting",
        "dispatched": "Dispatched",
        "verifying": "Verifying",
        "rating": "Rating",
        "closed": "Closed",
    },
    told=(
        "Case opened",
        "Hand up",
        "consult",
        "Dispatch → Demo patrol",
        "Reminder",
        "Supervise",
        "Accept",
        ".",
        "Finish",
        "Verify",
        "Rating",
    ),
    solved="Yes, solved",
    very_satisfied="Very satisfied",
    five="5 very good",
    submit="Send",
)


def peopled(session: Session) -> None:
    """The tiny town with its three teams, its heads, and a department that answers for the category."""
    tiny(session)
    crew.kinds(session)
    department = Department(code="chengguan", name=ZH.department, name_en=EN.department)
    session.add(department)
    session.flush()
    session.add(CategoryOwner(category_id=session.scalars(select(Category.id)).one(), department_id=department.id))
    posts = {"member": ("building_leader", HERE), "head": ("micro_head", HERE), "village": ("village_head", HERE[:12])}
    grants = {
        "member": Grant(Role.MEMBER, HERE),
        "head": Grant(Role.MICRO_HEAD, HERE),
        "village": Grant(Role.GRID_HEAD, HERE[:12]),
        "patrol": Grant(Role.HANDLER, None, department.id),
    }
    for number, (who, grant) in enumerate(grants.items(), 1):
        person = crew.person(session, number)
        callers.account(session, grant, username=who, person_id=person.id)
        if who in posts:
            kind, grid = posts[who]
            crew.post(session, person, grid, kind)
    for number, kind in enumerate(("eco_warden", "party_member"), 11):  # of the other two teams
        crew.post(session, crew.person(session, number), HERE, kind)


@dataclass
class Cast:
    """Everybody's own browser."""

    browser: Browser
    stage: Station
    words: Words
    contexts: list[BrowserContext]

    def _cookie(self, who: str) -> str:
        with self.stage.deed() as session:
            return callers.cookie_of(account(session, who), SECRET_KEY)

    def phone_of(self, who: str, **given: Any) -> Desk:
        """Somebody's phone, their tasks on it; "": nobody in particular's."""
        context, desk = phone(self.browser, self.stage, self._cookie(who) if who else "", locale=self.words.locale, **given)
        self.contexts.append(context)
        if who:
            desk.page.goto(f"{self.stage.origin}/m")
            expect(desk.see("strip")).to_have_attribute("data-state", "sent")
        return desk

    def laptop_of(self, who: str) -> Desk:
        """Somebody's laptop, signed in."""
        context = self.browser.new_context(locale=self.words.locale, viewport={"width": 1366, "height": 768})
        self.contexts.append(context)
        context.add_cookies([{"name": "gridmap_session", "value": self._cookie(who), "url": self.stage.origin}])
        return Desk(context.new_page(), self.stage.origin)
