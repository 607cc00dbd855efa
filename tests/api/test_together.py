"""Alerts that arrive together are taken together; none suffers for another."""

from collections.abc import Callable
from threading import Barrier, Event, Lock, Thread
from time import monotonic

import pytest
from apiflask import APIFlask
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.api.together import Together
from gridmap.desk.alerts import Incoming, Outcome, Relation
from gridmap.errors import Invalid
from tests.api.test_alerts import alert


def incoming(name: str) -> Incoming:
    return Incoming("test", name, clock.now(), "{}")


class Desk:
    """Stands in for the desk: slow until it is let go, and it chokes on whatever is called `bad`."""

    def __init__(self) -> None:
        self.go = Event()
        self.companies: list[list[str]] = []

    def take(self, _session: Session, alerts: list[Incoming], actor: str) -> list[Outcome]:
        names = [one.source_id for one in alerts]
        self.companies.append(names)
        assert self.go.wait(10)
        if "bad" in names:
            raise Invalid("%(names)s", names=",".join(names))
        return [Outcome(Relation.OPENED, f"{actor}/{name}", None) for name in names]


def post_all(desk: Desk, session: Session, given: list[tuple[str, str]]) -> dict[str, str]:
    """Let the first one in, queue the others behind it, then let the desk go; what each was told."""
    together, told, lock = Together(desk.take), {}, Lock()

    def post(name: str, actor: str) -> None:
        try:
            answer = together.receive(session, incoming(name), actor=actor).number
        except Invalid as error:
            answer = f"refused: {error}"
        with lock:
            told[name] = answer

    threads = [Thread(target=post, args=pair) for pair in given]
    for expected, thread in enumerate(threads):
        thread.start()
        _until(lambda expected=expected: bool(desk.companies) and len(together._arrived) == expected)  # type: ignore[misc]  # a default binds it
    desk.go.set()
    for thread in threads:
        thread.join(10)
    return told


def _until(true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if true():
            return
        Event().wait(0.005)
    pytest.fail("it did not happen in time")


def test_who_comes_while_another_is_taken_is_taken_next_in_one_go(session: Session) -> None:
    desk = Desk()
    told = post_all(desk, session, [("a", "x"), ("b", "x"), ("c", "x"), ("d", "x")])
    assert desk.companies == [["a"], ["b", "c", "d"]]
    assert told == {name: f"x/{name}" for name in "abcd"}


def test_each_keeps_its_own_sender(session: Session) -> None:
    desk = Desk()
    told = post_all(desk, session, [("a", "x"), ("b", "x"), ("c", "y"), ("d", "x")])
    assert desk.companies == [["a"], ["b"], ["c"], ["d"]]
    assert told["c"] == "y/c"


def test_one_that_fails_spoils_no_other(session: Session) -> None:
    desk = Desk()
    told = post_all(desk, session, [("a", "x"), ("b", "x"), ("bad", "x"), ("d", "x")])
    assert told == {"a": "x/a", "b": "x/b", "bad": "refused: bad", "d": "x/d"}


def test_one_that_fails_alone_is_not_tried_twice(session: Session) -> None:
    desk = Desk()
    assert post_all(desk, session, [("bad", "x")]) == {"bad": "refused: bad"}
    assert desk.companies == [["bad"]]


def test_many_senders_at_once_each_get_their_own_case(app: APIFlask, key: str, committing: Engine) -> None:
    senders, each = 8, 5
    ready, told, lock = Barrier(senders), [], Lock()

    def send(sender: int) -> None:
        client = app.test_client()
        ready.wait(10)
        for number in range(each):
            body = alert(100 * sender + number, at=(0.2 + 0.3 * sender, 0.2 + 0.5 * number))
            answer = client.post("/api/v1/alerts", json=body, headers={"Authorization": f"Bearer {key}"})
            with lock:
                told.append((answer.status_code, body["source_id"], answer.get_json()["case"]["properties"]["source_id"]))

    threads = [Thread(target=send, args=(sender,)) for sender in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(told) == senders * each
    assert all(status == 201 and sent == kept for status, sent, kept in told)
    with committing.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar_one() == senders * each


@pytest.fixture
def long_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """So long that whoever waits it in vain is noticed."""
    monkeypatch.setattr("gridmap.api.together.MOMENT_S", 20.0)


def test_who_is_alone_does_not_wait_for_company(session: Session, long_moment: None) -> None:
    desk = Desk()
    desk.go.set()
    together, begun = Together(desk.take), monotonic()
    for name in "abc":
        together.receive(session, incoming(name), actor="x")
    assert desk.companies == [["a"], ["b"], ["c"]]
    assert monotonic() - begun < 10


def test_who_was_just_answered_may_come_along_when_it_is_busy(session: Session, long_moment: None) -> None:
    desk = Desk()
    together = Together(desk.take)

    def post(*names: str) -> Thread:
        thread = Thread(target=lambda: [together.receive(session, incoming(name), actor="x") for name in names])
        thread.start()
        return thread

    first = post("a", "a again")
    _until(lambda: desk.companies == [["a"]])
    second = post("b")
    _until(lambda: len(together._arrived) == 1)
    desk.go.set()
    for thread in (first, second):
        thread.join(10)
    assert [sorted(company) for company in desk.companies] == [["a"], ["a again", "b"]]
