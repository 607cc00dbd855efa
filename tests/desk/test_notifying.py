"""Who is told of an action, and who is not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.accounts.rights import Grant, Role
from gridmap.cases.escalation import Rung
from gridmap.cases.loop_models import CaseTask, Request, Supervision
from gridmap.cases.models import Case
from gridmap.cases.tasks import Addressee, Asker
from gridmap.cases.workflow import Action
from gridmap.desk import whom
from gridmap.errors import Invalid
from gridmap.journal.models import JournalEntry
from gridmap.notices.models import Notice
from gridmap.notices.words import details
from gridmap.people import appointing, ending, lookup, registering
from tests import callers, town
from tests.desk import stage
from tests.desk.incoming import NOW

HOUR = timedelta(hours=1)


class Story:
    """A case, and who hears of it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.crew = stage.people(session)
        self.boss = callers.account(session, Grant(Role.OPERATOR, town.TOWN), username="boss")
        self.case: Case = stage.open_case(session)
        self.steps = 0

    def do(self, action: Action, who: Asker | None = None, **told: Any) -> list[tuple[str, str]]:
        """Do it, by the operator unless somebody else is named; answers who was told what."""
        self.steps += 1
        newest = max(self.session.scalars(select(Notice.id)), default=0)
        asker = who or Asker("account:boss", leads=True)
        stage.act(self.session, self.case, action, asker, NOW + self.steps * timedelta(minutes=1), **told)
        fresh = self.session.scalars(select(Notice).where(Notice.id > newest))
        return sorted((row.kind, self.name(row)) for row in fresh)

    def name(self, notice: Notice) -> str:
        if notice.account_id is not None:
            return "boss" if notice.account_id == self.boss.id else f"account {notice.account_id}"
        return next(name for name, one in vars(self.crew).items() if one.id == notice.person_id and name != "department")

    @property
    def member(self) -> Asker:
        return self.crew.asker(self.crew.member)

    @property
    def leader(self) -> Asker:
        return self.crew.asker(self.crew.leader)


@pytest.fixture
def story(desk: Session) -> Story:
    return Story(desk)


def test_what_somebody_gone_had_in_hand_is_told_to_who_is_there(story: Story) -> None:
    """A post that ends, or an account nobody uses any more, leaves no reminder unread."""

    def told(at: datetime) -> list[str]:
        live = [task for task in story.session.scalars(select(CaseTask)) if task.ended_at is None]
        found = whom.on_rung(story.session, story.case, live, Rung.MEMBER, at).persons
        return sorted(name for name, one in vars(story.crew).items() if name != "department" and one.id in found)

    assert told(NOW) == ["member"]
    assert story.do(Action.ACCEPT, story.member) == []
    (post,) = [post for post, _, _ in lookup.posts_of(story.session, story.crew.member.id)]
    ending.end_post(story.session, post.id, at=NOW + HOUR, reason="moved", actor="test")
    assert told(NOW + HOUR / 2) == ["member"]
    assert told(NOW + 2 * HOUR) == ["micro_head"]
    appointing.appoint(
        story.session, story.crew.member.ref, town.micro(1, 1), "party_member", since=NOW + HOUR, reason="x", actor="test"
    )
    assert told(NOW + 2 * HOUR) == ["member"], "who only changed posts still has it"
    registering.bar(story.session, story.crew.member.id, at=NOW + 2 * HOUR, actor="test")
    assert told(NOW + 3 * HOUR) == ["micro_head"], "who can't sign in does not read it"
    registering.unbar(story.session, story.crew.member.id, actor="test")
    assert told(NOW + 3 * HOUR) == ["member"]
    registering.leave(story.session, story.crew.member.ref, at=NOW + 3 * HOUR, reason="left", actor="test")
    assert told(NOW + 4 * HOUR) == ["micro_head"]


def test_who_can_not_sign_in_is_handed_nothing(story: Story) -> None:
    registering.bar(story.session, story.crew.member.id, at=NOW, actor="test")
    head, to = story.crew.asker(story.crew.micro_head, leads=True), (Addressee(person_id=story.crew.member.id),)
    with pytest.raises(Invalid, match="no such person"):
        stage.act(story.session, story.case, Action.DISPATCH, head, NOW + HOUR, to=to)


def test_from_hand_up_to_close_each_is_told_what_is_theirs(story: Story) -> None:
    head = story.crew.asker(story.crew.micro_head, leads=True)
    department = (Addressee(department_id=story.crew.department.id),)
    photo = (stage.photo(story.session, story.case),)
    assert story.do(Action.ACCEPT, story.member) == []
    assert story.do(Action.HAND_BACK, story.member, reason="太大") == [("returned", "micro_head")]
    assert story.do(Action.DISPATCH, head, to=department) == [("task", "leader")]
    assert story.do(Action.ACCEPT, story.leader) == []
    assert story.do(Action.FINISH, story.leader, result="好了", evidence=photo) == [("to_verify", "micro_head")]
    assert story.do(Action.REWORK, head, reason="没好") == [("rework", "leader")]
    assert story.do(Action.FINISH, story.leader, result="好了", evidence=photo) == [("to_verify", "micro_head")]
    assert story.do(Action.VERIFY, head) == []


def test_who_asks_is_answered_and_reviewers_are_asked(story: Story) -> None:
    story.do(Action.ACCEPT, story.member)
    callers.account(story.session, username="t0001", person_id=story.crew.member.id)
    assert story.do(Action.ASK_EXTENSION, story.member, reason="雨") == [("review_asked", "micro_head")]
    request = story.session.scalars(select(Request.id)).one()
    (answer,) = story.do(Action.REVIEW, request=request, granted=True, reason="可以")
    assert answer[0] == "reviewed"
    asked, reviewed = (
        story.session.scalars(select(Notice).where(Notice.kind == kind)).one() for kind in ("review_asked", "reviewed")
    )
    assert details(asked.facts) == ("延期申请；雨", "extension; 雨")
    assert details(reviewed.facts) == ("延期申请：同意；可以", "extension: granted; 可以")
    until = NOW + 2 * HOUR
    assert story.do(Action.ASK_SUSPENSION, story.member, reason="等料", until=until) == [("review_asked", "village_head")]


def test_supervision_is_told_below_and_its_answer_above(story: Story) -> None:
    assert story.do(Action.SUPERVISE, kind="leader", text="快办") == [("supervised", "member"), ("supervised", "micro_head")]
    order = story.session.scalars(select(Supervision.id)).one()
    assert story.do(Action.ANSWER_SUPERVISION, story.member, supervision=order, text="在办") == [("answered", "boss")]


def test_a_mention_is_told_without_the_words_and_never_to_oneself(story: Story) -> None:
    told = story.do(Action.COMMENT, story.member, text="请看 @boss 电话 021-5550-9999", mentions=("boss", "T0001", "nobody"))
    assert told == [("mention", "boss")]
    (notice,) = story.session.scalars(select(Notice))
    assert "021" not in str(notice.facts)


def test_somebody_meant_twice_is_told_once(story: Story) -> None:
    callers.account(story.session, Grant(Role.MICRO_HEAD, stage.GRID), person_id=story.crew.micro_head.id)
    assert story.do(Action.HAND_UP, story.member, reason="太大") == [("handed_up", "micro_head")]


def test_a_refused_action_tells_nobody(story: Story) -> None:
    assert not stage.tried(story.session, story.case, Action.HAND_BACK, story.leader, NOW, reason="r")
    assert list(story.session.scalars(select(Notice))) == []


def test_the_journal_says_who_was_told_but_not_what_they_are_called(story: Story) -> None:
    story.do(Action.HAND_UP, story.member, reason="太大")
    (entry,) = story.session.scalars(select(JournalEntry).where(JournalEntry.topic == "notices"))
    assert entry.subject == story.case.number
    assert entry.data["persons"] == [story.crew.micro_head.id]
    assert story.crew.micro_head.name not in str(entry.data)
