"""Where somebody is signed in: the list, and the end of one session, in that browser and for whoever copied its cookie."""

from datetime import UTC, datetime, timedelta
from time import time
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap.accounts import sessions
from gridmap.accounts.rights import Grant, Role
from gridmap.http.state import state
from gridmap.people import registering
from tests import callers, town
from tests.people import crew

PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


def sign_in(app: APIFlask, agent: str = DESK) -> FlaskClient:
    """As people do it: the form, its token, the password."""
    client = callers.anonymous(app)
    client.environ_base["HTTP_USER_AGENT"] = agent
    page = client.get("/sign-in").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    given = {"username": "ana", "password": callers.PASSWORD, "csrf_token": token}
    assert client.post("/sign-in", data=given).status_code == 303
    client.environ_base["HTTP_X_CSRFTOKEN"] = client.get("/api/v1/me").get_json()["csrf_token"]
    return client


@pytest.fixture
def two(app: APIFlask) -> tuple[FlaskClient, FlaskClient]:
    """One account at a desk and on a phone."""
    with state(app).sessions.begin() as session:
        person = crew.person(session, 1)
        callers.account(session, Grant(Role.MEMBER, town.micro(1, 1)), username="ana", person_id=person.id)
    return sign_in(app), sign_in(app, PHONE)


def there(client: FlaskClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/v1/me/sessions").get_json()["sessions"]
    return found


def test_each_device_is_listed_and_one_is_ended(two: tuple[FlaskClient, FlaskClient]) -> None:
    desk, phone = two
    assert {one["device"]: one["this_one"] for one in there(desk)} == {"Firefox · Windows": True, "Chrome · Android": False}
    (other,) = [one["id"] for one in there(desk) if not one["this_one"]]
    page = desk.get("/account").text
    assert page.count("Sign out there") == 2, "the button and its label, for the phone alone"
    assert desk.post(f"/account/sessions/{other}/end").status_code == 303
    assert phone.get("/api/v1/me").status_code == 401
    assert desk.get("/api/v1/me").status_code == 200
    assert [one["device"] for one in there(desk)] == ["Firefox · Windows"]
    assert desk.post(f"/api/v1/me/sessions/{other}/end").status_code == 404
    assert desk.post(f"/account/sessions/{other}/end").status_code == 303, "a second click is no error"


def test_nobody_ends_somebody_elses(app: APIFlask, two: tuple[FlaskClient, FlaskClient]) -> None:
    stranger = callers.signed_in(app, Role.ADMINISTRATOR)
    assert stranger.post(f"/api/v1/me/sessions/{there(two[0])[0]['id']}/end").status_code == 404
    assert len(there(two[0])) == 2


def test_a_copied_cookie_ends_with_the_session(app: APIFlask, two: tuple[FlaskClient, FlaskClient]) -> None:
    desk, _ = two
    copied = desk.get_cookie("gridmap_session")
    assert copied is not None
    assert desk.post("/sign-out").status_code == 303
    thief = callers.anonymous(app)
    thief.set_cookie("gridmap_session", copied.value)
    assert thief.get("/api/v1/me").status_code == 401


def test_a_cookie_of_no_session_opens_nothing(app: APIFlask, two: tuple[FlaskClient, FlaskClient]) -> None:
    for sid in (None, "", "nothing"):
        with two[0].session_transaction() as cookie:
            cookie["sid"] = sid
        assert two[0].get("/api/v1/me").status_code == 401, sid


def test_a_new_password_ends_the_others_and_everywhere_ends_all(two: tuple[FlaskClient, FlaskClient]) -> None:
    desk, phone = two
    changed = desk.post("/api/v1/me/password", json={"present": callers.PASSWORD, "password": "red-lamp-dances-2026"})
    assert changed.status_code == 204
    assert (desk.get("/api/v1/me").status_code, phone.get("/api/v1/me").status_code) == (200, 401)
    assert len(there(desk)) == 1
    assert desk.post("/account/sign-out-everywhere").status_code == 303
    assert desk.get("/api/v1/me").status_code == 401


def test_last_used_is_noted_once_a_minute(two: tuple[FlaskClient, FlaskClient]) -> None:
    desk, phone = two
    with desk.session_transaction() as cookie:
        cookie["seen"] = int(time()) - 120
    (before,) = [one["seen_at"] for one in there(phone) if not one["this_one"]]
    assert desk.get("/api/v1/me").status_code == 200
    (after,) = [one["seen_at"] for one in there(phone) if not one["this_one"]]
    assert after > before
    desk.get("/api/v1/me")
    assert after in [one["seen_at"] for one in there(phone)]


def test_who_has_left_is_let_in_no_more(app: APIFlask, two: tuple[FlaskClient, FlaskClient]) -> None:
    desk, _ = two
    with state(app).sessions.begin() as session:
        registering.leave(session, "T0001", actor="test")
    assert desk.get("/api/v1/me").status_code == 401
    client = callers.anonymous(app)
    token = client.get("/sign-in").text.split('name="csrf_token" value="')[1].split('"')[0]
    given = {"username": "ana", "password": callers.PASSWORD, "csrf_token": token}
    assert client.post("/sign-in", data=given).status_code == 401
    with state(app).sessions.begin() as session:
        registering.come_back(session, "T0001", actor="test")
    assert sign_in(app).get("/api/v1/me").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [(PHONE, "Chrome · Android"), (DESK, "Firefox · Windows"), ("curl/8", ""), ("", ""), ("<b>Linux", "Linux")],
)
def test_devices_in_words(agent: str, words: str) -> None:
    assert sessions.device(agent) == words


def test_rows_of_long_ago_are_swept(app: APIFlask) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=40)
    with state(app).sessions.begin() as session:
        made = callers.account(session)
        sessions.begin(session, made, agent=DESK, now=long_ago)
        kept = sessions.begin(session, made, agent=DESK, now=datetime.now(UTC))
        assert [one.id for one in sessions.standing(session, made.id, began=long_ago, seen=long_ago)] == [kept]
