"""The way in and out, as a browser takes it."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from gridmap import clock
from gridmap.accounts import keys
from gridmap.accounts.models import Account
from gridmap.accounts.rights import Grant, Role
from gridmap.http.state import state
from gridmap.web.destination import destination
from tests import callers, town
from tests.callers import PASSWORD
from tests.conftest import running

LOOKS = {"Accept": "text/html"}


@pytest.fixture
def browser(app: APIFlask) -> FlaskClient:
    return callers.anonymous(app)


@pytest.fixture
def ana(app: APIFlask) -> Account:
    with state(app).sessions.begin() as session:
        return callers.account(session, Grant(Role.OPERATOR, town.TOWN), username="ana")


def token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found
    return found[1]


def sign_in(browser: FlaskClient, username: str = "ana", password: str = PASSWORD, *, wanted: str = "") -> TestResponse:
    asked = f"/sign-in?next={wanted}" if wanted else "/sign-in"
    form = {"username": username, "password": password, "csrf_token": token(browser.get("/sign-in"))}
    return browser.post(asked, data=form)


def push(browser: FlaskClient, page: str, address: str, **fields: str) -> TestResponse:
    """Send a form of a page."""
    return browser.post(address, data=fields | {"csrf_token": token(browser.get(page))})


def test_who_has_not_signed_in_is_led_to_it_and_back(browser: FlaskClient, ana: Account) -> None:
    led = browser.get("/case/20261122-000001?x=1", headers=LOOKS)
    assert (led.status_code, led.location) == (303, "/sign-in?next=/case/20261122-000001?x%3D1")
    done = sign_in(browser, wanted="/case/20261122-000001")
    assert (done.status_code, done.location) == (303, "/case/20261122-000001")
    assert browser.get("/").status_code == 200
    assert browser.get("/sign-in").status_code == 303, "who is in needs no form"


def test_a_wrong_password_tells_nothing(browser: FlaskClient, ana: Account) -> None:
    answers = [sign_in(browser, name, "wrong") for name in ("ana", "nobody")]
    assert {answer.status_code for answer in answers} == {401}
    texts = [re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.text) for answer in answers]
    assert texts[0] == texts[1]
    assert browser.get("/").status_code == 401
    for _ in range(4):
        sign_in(browser, "ana", "wrong")
    waits = sign_in(browser)
    assert waits.status_code == 429
    assert "seconds" in waits.text
    assert int(waits.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "evil", "", "/a\nb"]
)
def test_signing_in_leads_to_no_other_site(app: APIFlask, elsewhere: str) -> None:
    with app.test_request_context():
        assert destination(elsewhere) == "/"
        assert destination("/case/1#sel=case:1") == "/case/1#sel=case:1"


def test_a_form_from_elsewhere_changes_nothing(browser: FlaskClient, ana: Account, app: APIFlask) -> None:
    assert browser.post("/sign-in", data={"username": "ana", "password": PASSWORD}).status_code == 403
    sign_in(browser)
    assert browser.post("/account/sign-out-everywhere").status_code == 403
    assert browser.post("/api/v1/alerts", json={}).status_code == 403, "a cookie alone sends nothing"
    assert browser.get("/").status_code == 200


def test_a_key_needs_no_token_and_wins_over_the_cookie(browser: FlaskClient, ana: Account, key: str) -> None:
    sign_in(browser)
    answer = browser.post("/api/v1/alerts", json={}, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 422
    assert browser.get("/account", headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_signing_out(browser: FlaskClient, ana: Account) -> None:
    sign_in(browser)
    assert push(browser, "/account", "/sign-out").location == "/sign-in"
    assert browser.get("/").status_code == 401


def test_everywhere_means_every_browser(app: APIFlask, browser: FlaskClient, ana: Account) -> None:
    other = callers.anonymous(app)
    sign_in(browser)
    sign_in(other)
    push(other, "/account", "/account/sign-out-everywhere")
    assert [one.get("/").status_code for one in (browser, other)] == [401, 401]


def test_a_session_starts_afresh(browser: FlaskClient, ana: Account) -> None:
    before = token(browser.get("/sign-in"))
    sign_in(browser)
    after = token(browser.get("/account"))
    assert browser.post("/sign-out", data={"csrf_token": before}).status_code == 403
    assert browser.post("/sign-out", data={"csrf_token": after}).status_code == 303


def aged(browser: FlaskClient, **seconds: float) -> None:
    with browser.session_transaction() as cookie:
        for name, age in seconds.items():
            cookie[name] -= age


def test_a_session_ends_when_nobody_uses_it_and_in_any_case(browser: FlaskClient, ana: Account) -> None:
    sign_in(browser)
    aged(browser, seen=119 * 60)
    assert browser.get("/").status_code == 200
    with browser.session_transaction() as cookie:
        seen = cookie["seen"]
    aged(browser, seen=119 * 60)
    assert browser.get("/").status_code == 200, "using it counts"
    with browser.session_transaction() as cookie:
        assert cookie["seen"] >= seen - 1
    aged(browser, seen=121 * 60)
    assert browser.get("/").status_code == 401
    sign_in(browser)
    aged(browser, began=12 * 3600 + 1)
    assert browser.get("/").status_code == 401


def test_what_is_taken_away_is_gone_with_the_next_request(browser: FlaskClient, ana: Account, committing: Engine) -> None:
    sign_in(browser)
    with Session(committing) as session, session.begin():
        session.get_one(Account, ana.id).disabled_at = clock.now()
    assert browser.get("/").status_code == 401


def test_cookies_keep_to_tls_behind_a_proxy(committing: Engine, app: APIFlask, ana: Account, tmp_path: Path) -> None:
    with running(committing, tmp_path, tls_proxy=1) as behind:
        client = behind.test_client()
        page = client.get("/sign-in", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9"})
        (cookie,) = (one for one in page.headers.getlist("Set-Cookie") if one.startswith("gridmap_session="))
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.9"}).status_code == 401


def test_the_figures_are_for_this_machine_or_a_key(browser: FlaskClient, app: APIFlask, committing: Engine) -> None:
    assert browser.get("/metrics").status_code == 200
    assert browser.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 401
    assert browser.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 401, "a proxy nobody declared"
    with Session(committing) as session, session.begin():
        secret = keys.create(session, "prometheus", scopes=["metrics"], actor="test")
    assert callers.with_key(app, secret).get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200


def test_a_key_ends_when_its_time_is_over(browser: FlaskClient, app: APIFlask, committing: Engine) -> None:
    with Session(committing) as session, session.begin():
        secret = keys.create(session, "short", expires_at=clock.now() + timedelta(hours=1), actor="test")
    machine = callers.with_key(app, secret)
    assert machine.get("/api/v1/grids/counts").status_code == 200
    with clock.frozen(clock.now() + timedelta(hours=1)):
        assert machine.get("/api/v1/grids/counts").status_code == 401


def test_a_first_password_leads_to_a_new_one_and_nowhere_else(app: APIFlask, browser: FlaskClient) -> None:
    administrator = callers.signed_in(app, Role.ADMINISTRATOR)
    made = push(administrator, "/admin/accounts", "/admin/accounts", username="bea", role="member", grid=town.micro(1, 1))
    found = re.search(r'data-testid="once">([^<]+)<', made.text)
    assert made.status_code == 200
    assert found
    assert found[1] not in administrator.get("/admin/accounts/bea").text, "it is shown once"
    assert sign_in(browser, "bea", found[1]).location == "/account"
    assert browser.get("/", headers=LOOKS).location == "/account"
    refused = push(browser, "/account", "/account/password", present=found[1], password="1234567890", again="1234567890")
    assert refused.status_code == 422
    new = "brown kettle sings"
    assert push(browser, "/account", "/account/password", present=found[1], password=new, again=new).status_code == 303
    assert browser.get("/").status_code == 200, "this session goes on"


def test_the_second_factor_from_the_qr_code_to_the_recovery_code(browser: FlaskClient, ana: Account) -> None:
    sign_in(browser)
    page = browser.get("/account/second-factor")
    found = re.search(r'data-testid="secret">([^<]+)<', page.text)
    assert found
    secret = found[1].replace(" ", "")
    codes = push(browser, "/account/second-factor", "/account/second-factor", code=pyotp.TOTP(secret).now())
    recovery = re.findall(r"<li><code>([^<]+)</code>", codes.text)
    assert len(recovery) == 10
    assert secret not in browser.get("/account").text
    push(browser, "/account", "/sign-out")
    assert sign_in(browser).location == "/sign-in/second"
    assert browser.get("/").status_code == 401, "half the way is no way in"
    assert push(browser, "/sign-in/second", "/sign-in/second", code="000000").status_code == 401
    assert push(browser, "/sign-in/second", "/sign-in/second", code=recovery[0]).location == "/"
    off = push(browser, "/account", "/account/second-factor/remove", present=PASSWORD)
    assert off.status_code == 303
    push(browser, "/account", "/sign-out")
    assert sign_in(browser).location == "/"


def test_the_demo_accounts_are_shown_where_there_are_any(app: APIFlask, browser: FlaskClient, tmp_path: Path) -> None:
    assert "demo-accounts" not in browser.get("/sign-in").text
    shown = [{"role": "operator", "words": "operator", "username": "demo-operator", "password": "abcd-efgh"}]
    (tmp_path / "demo-accounts.json").write_text(json.dumps(shown))
    page = browser.get("/sign-in", headers={"Accept-Language": "zh"})
    assert 'data-password="abcd-efgh"' in page.text
    assert "操作员" in page.text


def test_administrators_give_and_take_roles_on_the_page(app: APIFlask, ana: Account) -> None:
    administrator = callers.signed_in(app, Role.ADMINISTRATOR)
    kept = "/admin/accounts/ana"
    assert push(administrator, kept, f"{kept}/grants", role="handler").status_code == 422
    assert push(administrator, kept, f"{kept}/grants", role="planner", grid=town.TOWN, until="2030-01-31").status_code == 303
    page = administrator.get(kept).text
    assert "2030-02-01 00:00" in page
    numbers = re.findall(r"grants/(\d+)/revoke", page)
    assert len(numbers) == 2
    assert push(administrator, kept, f"{kept}/grants/{numbers[1]}/revoke").status_code == 303
    assert len(re.findall(r"grants/(\d+)/revoke", administrator.get(kept).text)) == 1
    auditor = callers.signed_in(app, Role.AUDITOR)
    assert "csrf_token" in auditor.get(kept).text
    assert f"{kept}/reset" not in auditor.get(kept).text, "who only reads sees no buttons"


def test_keys_are_made_and_revoked_on_the_page(app: APIFlask) -> None:
    administrator = callers.signed_in(app, Role.ADMINISTRATOR)
    assert push(administrator, "/admin/keys", "/admin/keys", name="camera/1").status_code == 422, "good for nothing"
    made = push(administrator, "/admin/keys", "/admin/keys", name="camera/1", scopes="alerts")
    found = re.search(r'data-testid="once">(gmk_[^<]+)<', made.text)
    assert found
    machine = callers.with_key(app, found[1])
    assert machine.post("/api/v1/alerts", json={}).status_code == 422
    assert machine.get("/api/v1/cases.geojson").status_code == 403
    assert push(administrator, "/admin/keys", "/admin/keys/revoke", name="camera/1").status_code == 303
    assert machine.post("/api/v1/alerts", json={}).status_code == 401
