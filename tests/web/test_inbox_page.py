"""The inbox page: one's own notices in the page's language; opening one leads to its case."""

import re

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from gridmap import clock
from gridmap.accounts.models import Account
from gridmap.cases.models import Case
from gridmap.http.state import state
from gridmap.notices.giving import Recipients, give
from gridmap.notices.models import Notice
from tests import callers
from tests.api.asking import send

HOSTILE = "<img src=x onerror=alert(1)>\u202e"


@pytest.fixture
def me(app: APIFlask, sender: FlaskClient) -> Account:
    """An account with two notices, one of them with a hostile reason, and somebody else with one."""
    number = send(sender, 1, at=(1.5, 2.5), source_code="890")["case"]["id"]
    with state(app).sessions.begin() as session:
        mine, other = callers.account(session), callers.account(session)
        case = session.scalars(select(Case).where(Case.number == number)).one()
        for kind, owner, reason in (("task", mine, HOSTILE), ("at_risk", mine, ""), ("mention", other, "secret")):
            to = Recipients(accounts=frozenset({owner.id}))
            give(session, case, kind, to, actor="test", at=clock.now(), facts={"reason": reason} if reason else {})
    return mine


def test_it_shows_ones_own_in_both_languages_and_nothing_runs(app: APIFlask, me: Account) -> None:
    client = callers.signed_in_as(app, me)
    page = client.get("/inbox?lang=zh", follow_redirects=True).get_data(as_text=True)
    assert [page.count(words) for words in ("新任务", "即将超时", "有人在评论中提到您")] == [1, 1, 0]
    assert "secret" not in page
    assert "<img src=x" not in page
    assert "A new task for you" in client.get("/inbox?lang=en", follow_redirects=True).get_data(as_text=True)
    assert "no-store" in client.get("/inbox").headers["Cache-Control"]


def test_opening_one_leads_to_the_case_and_marks_it_read(app: APIFlask, me: Account) -> None:
    client = callers.signed_in_as(app, me)
    opens = re.findall(r'action="(/inbox/\d+/open)"', client.get("/inbox").get_data(as_text=True))
    answer = client.post(opens[0])
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/case/")
    assert client.get("/api/v1/inbox/count").get_json() == {"unread": 1}
    assert client.get("/inbox?unread").get_data(as_text=True).count('data-testid="notice"') == 1


def test_who_came_from_the_phone_is_led_back_there(app: APIFlask, me: Account) -> None:
    client = callers.signed_in_as(app, me)
    page = client.get("/inbox?m").get_data(as_text=True)
    assert 'href="/m"' in page
    assert 'href="/inbox?unread=&amp;m="' in page
    opens = re.findall(r'action="(/inbox/\d+/open\?m=)"', page)
    assert client.post(opens[0]).headers["Location"].startswith("/m#case=")
    assert client.post("/inbox/read?m=", data={"up_to": "0"}).headers["Location"] == "/inbox?m="


def test_somebody_elses_can_not_be_opened(app: APIFlask, me: Account) -> None:
    with state(app).sessions() as session:
        foreign = session.scalars(select(Notice.id).where(Notice.account_id != me.id)).one()
    assert callers.signed_in_as(app, me).post(f"/inbox/{foreign}/open").status_code == 404


def test_all_that_was_shown_is_read_and_what_came_meanwhile_is_not(app: APIFlask, me: Account) -> None:
    client = callers.signed_in_as(app, me)
    (shown,) = re.findall(r'name="up_to" value="(\d+)"', client.get("/inbox").get_data(as_text=True))
    with state(app).sessions.begin() as session:
        case = session.scalars(select(Case)).one()
        give(session, case, "task", Recipients(accounts=frozenset({me.id})), actor="test", at=clock.now())
    assert client.post("/inbox/read", data={"up_to": shown}).status_code == 303
    assert client.get("/api/v1/inbox/count").get_json() == {"unread": 1}


def test_every_page_has_the_bell(app: APIFlask, me: Account) -> None:
    client = callers.signed_in_as(app, me)
    for path in ("/inbox", "/account"):
        assert 'data-count="/api/v1/inbox/count"' in client.get(path).get_data(as_text=True)
