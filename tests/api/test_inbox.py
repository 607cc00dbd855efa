"""The inbox: one's own notices and nobody else's, also in the live stream."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts.models import Account
from gridmap.accounts.rights import Grant, Role
from gridmap.cases.models import Case
from gridmap.http.state import state
from gridmap.journal.feed import advance, since
from gridmap.live.frames import ANYBODY, Batch, Listening, encode_for
from gridmap.notices.giving import Recipients, give
from tests import callers, town
from tests.api.asking import get, send
from tests.people import crew


class Two:
    """Two members with accounts; one of them is known as a person."""

    def __init__(self, app: APIFlask, sender: FlaskClient) -> None:
        self.app = app
        self.number = send(sender, 1, at=(1.5, 2.5), source_code="890")["case"]["id"]
        with state(app).sessions.begin() as session:
            self.person = crew.person(session).id
            grant = Grant(Role.MEMBER, town.micro(2, 3))
            self.ann = callers.account(session, grant, person_id=self.person)
            self.bob = callers.account(session, grant)

    def client(self, account: Account) -> FlaskClient:
        return callers.signed_in_as(self.app, account)

    def tell(self, to: Recipients, kind: str = "task", **facts: object) -> None:
        with state(self.app).sessions.begin() as session:
            case = session.scalars(select(Case).where(Case.number == self.number)).one()
            give(session, case, kind, to, actor="test", at=clock.now(), facts=facts)


@pytest.fixture
def two(app: APIFlask, sender: FlaskClient) -> Two:
    return Two(app, sender)


def test_everybody_sees_their_own_and_nobody_elses(two: Two) -> None:
    two.tell(Recipients(accounts=frozenset({two.ann.id, two.bob.id}), persons=frozenset({two.person})), reason="快办")
    two.tell(Recipients(accounts=frozenset({two.bob.id})), kind="mention")
    ann, bob = two.client(two.ann), two.client(two.bob)
    (only,) = get(ann, "inbox")["notices"]
    assert (only["kind"], only["case"], only["read_at"], only["words"]["zh"]) == ("task", two.number, None, "新任务")
    assert only["words"]["more_zh"] == "快办"
    assert [one["kind"] for one in get(bob, "inbox")["notices"]] == ["mention", "task"]
    assert (get(ann, "inbox/count")["unread"], get(bob, "inbox/count")["unread"]) == (1, 2)


def test_marking_anothers_notice_does_nothing(two: Two) -> None:
    two.tell(Recipients(accounts=frozenset({two.bob.id})))
    ann, bob = two.client(two.ann), two.client(two.bob)
    (notice,) = get(bob, "inbox")["notices"]
    assert ann.post("/api/v1/inbox/read", json={"ids": [notice["id"]]}).status_code == 200
    assert get(bob, "inbox/count")["unread"] == 1
    assert bob.post("/api/v1/inbox/read", json={"up_to": notice["id"]}).get_json() == {"unread": 0}
    assert bob.post("/api/v1/inbox/read", json={"confirm": "all"}).get_json() == {"unread": 0}
    assert get(bob, "inbox")["notices"][0]["read_at"] is not None
    assert get(bob, "inbox?unread=true")["notices"] == []


def test_pages_go_on_where_the_last_ended(two: Two) -> None:
    for _ in range(5):
        two.tell(Recipients(accounts=frozenset({two.ann.id})))
    ann = two.client(two.ann)
    seen, question = list[int](), "inbox?limit=2"
    while True:
        page = get(ann, question)
        seen += [one["id"] for one in page["notices"]]
        if page["next"] is None:
            break
        question = f"inbox?limit=2&before={page['next']}"
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": [1], "up_to": 1}, {"confirm": "some"}, {"ids": ["x"]}])
def test_it_must_be_said_what_was_read(two: Two, body: dict[str, object]) -> None:
    assert two.client(two.ann).post("/api/v1/inbox/read", json=body).status_code == 422


def test_machines_have_no_inbox_and_strangers_none_at_all(two: Two, sender: FlaskClient, anonymous: FlaskClient) -> None:
    assert sender.get("/api/v1/inbox").status_code == 403
    assert anonymous.get("/api/v1/inbox").status_code == 401


@contextmanager
def told(two: Two, engine: Engine) -> Iterator[Session]:
    two.tell(Recipients(accounts=frozenset({two.bob.id}), persons=frozenset({two.person})), reason="只给本人")
    with Session(engine) as session:
        advance(session)
        session.commit()
        yield session


def test_the_stream_tells_the_owner_what_and_everybody_else_only_that(two: Two, committing: Engine) -> None:
    with told(two, committing) as session:
        happenings = since(session, 0, limit=100)
    last = happenings[-1]
    assert last.kind == "notice.given"
    owners = (Listening(two.ann.id, two.person), Listening(two.bob.id, None), Listening(None, two.person))
    batch = Batch.of(happenings)
    for who in (*owners, ANYBODY, Listening(two.ann.id, None), Listening(None, None)):
        for sent in (encode_for(last, who), batch.after(last.position - 1, who)):
            assert ("只给本人" in sent.decode()) == (who in owners)
            assert str(two.number) in sent.decode() or who not in owners
            assert b'"persons"' not in sent
    # The others go on unchanged, and everybody gets each position once.
    assert batch.after(0, owners[0]).count(b"\nevent: ") == len(happenings)
    assert batch.after(0, ANYBODY) == batch.joined
