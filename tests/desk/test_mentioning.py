"""@ in a remark: whoever is called is told, found by name among those in whose scope the case lies; twins are asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.accounts.rights import Grant, Role
from gridmap.cases.loop_models import Comment
from gridmap.cases.tasks import Addressee, Asker
from gridmap.cases.workflow import Action
from gridmap.desk.acting.mentioning import Somebody, in_text
from gridmap.errors import Invalid
from gridmap.notices.models import Notice
from tests import callers, town
from tests.desk import stage
from tests.desk.incoming import NOW
from tests.people import crew

ZHANG = Somebody("T0001", frozenset({"张三", "Zhang San"}), "示例村第1微网格")
LONGER = Somebody("T0002", frozenset({"张三丰"}))
TWIN = Somebody("T0003", frozenset({"张三"}), "示例村第2微网格")
BO = Somebody("bo", frozenset({"Bo"}))


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("请@张三看一下", ["T0001"]),
        ("@张三丰 看一下", ["T0002"]),
        ("请＠张三", ["T0001"]),
        ("@zhang san, please", ["T0001"]),
        ("@Zhang Sanders", ["Zhang"]),  # No such name; what looks like a username is looked up as one.
        ("@T0001看一下，@boss.", ["T0001", "boss"]),
        ("@Bo and @Bob", ["bo", "Bob"]),
        ("写信到 a@张三.example 或 x@town.example", []),
        ("两个@@ 和 @ 张三", []),
        ("@李四在吗", []),
        ("@张三 @张三", ["T0001", "T0001"]),
    ],
)
def test_who_is_called(text: str, called: list[str]) -> None:
    assert in_text(text, [ZHANG, LONGER, BO]) == called


def test_twins_are_named_by_number_and_place() -> None:
    with pytest.raises(Invalid) as refused:
        in_text("请@张三看一下", [ZHANG, TWIN, LONGER])
    assert refused.value.facts["choices"] == [
        {"key": "T0001", "where": "示例村第1微网格"},
        {"key": "T0003", "where": "示例村第2微网格"},
    ]
    assert "@T0003（示例村第2微网格）" in str(refused.value)
    assert in_text("@T0003 看一下，@张三丰也看", [ZHANG, TWIN, LONGER]) == ["T0003", "T0002"]


@given(st.text(alphabet="@＠张三丰 aBo.-\n\x00é", max_size=60))
def test_whatever_is_typed_only_who_is_known_or_could_be_a_key_is_called(text: str) -> None:
    for key in in_text(text, [ZHANG, LONGER, BO]):
        assert key in {"T0001", "T0002", "bo"} or (key.isascii() and key in text)


MEMBER = Asker("account:member")


def said(session: Session, text: str, **told: object) -> tuple[list[str], set[int | None]]:
    """What a remark calls, and the persons told."""
    case = stage.open_case(session)
    stage.act(session, case, Action.COMMENT, MEMBER, NOW, text=text, **told)
    remark = session.scalars(select(Comment)).one()
    return remark.mentions, set(session.scalars(select(Notice.person_id).where(Notice.kind == "mention")))


def test_people_of_the_cases_grids_are_found_by_name(desk: Session) -> None:
    people = stage.people(desk)
    people.member.name, people.village_head.name = "张示例", "王示例"
    desk.flush()
    mentions, told = said(desk, "请@张示例和@王示例看一下")
    assert mentions == [people.member.ref, people.village_head.ref]
    assert told == {people.member.id, people.village_head.id}


def test_nobody_elsewhere_is_found_by_name_but_by_number(desk: Session) -> None:
    stage.people(desk)
    stranger = crew.person(desk, 9)
    stranger.name = "李外地"
    crew.post(desk, stranger, town.micro(1, 1))
    mentions, told = said(desk, "@李外地 @T0009")
    assert (mentions, told) == (["T0009"], {stranger.id})


def test_a_department_that_has_it_is_in_reach(desk: Session) -> None:
    people = stage.people(desk)
    people.leader.name = "赵水务"
    case = stage.open_case(desk)
    boss = Asker("account:boss", leads=True)
    assert stage.tried(desk, case, Action.COMMENT, MEMBER, NOW, text="@赵水务")
    assert list(desk.scalars(select(Notice).where(Notice.kind == "mention"))) == []
    stage.act(desk, case, Action.DISPATCH, boss, NOW, to=(Addressee(department_id=people.department.id),))
    stage.act(desk, case, Action.COMMENT, MEMBER, NOW, text="@赵水务 请看")
    assert [one.person_id for one in desk.scalars(select(Notice).where(Notice.kind == "mention"))] == [people.leader.id]


def test_an_account_is_found_by_its_own_name_and_told_once(desk: Session) -> None:
    stage.people(desk)
    operator = callers.account(desk, Grant(Role.OPERATOR, town.TOWN), username="chen", name="陈操作")
    mentions, told = said(desk, "@陈操作 @chen", mentions=("chen",))
    assert (mentions, told) == (["chen"], {None})
    assert [one.account_id for one in desk.scalars(select(Notice).where(Notice.kind == "mention"))] == [operator.id]


def test_a_remark_with_a_twin_is_not_said(desk: Session) -> None:
    people = stage.people(desk)
    people.member.name = people.micro_head.name = "张示例"
    desk.flush()
    case = stage.open_case(desk)
    assert not stage.tried(desk, case, Action.COMMENT, MEMBER, NOW, text="@张示例")
    assert list(desk.scalars(select(Comment))) == []
