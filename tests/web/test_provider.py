"""Signing in by a real OpenID Connect provider, in a process of its own."""

import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from apiflask import APIFlask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from gridmap.accounts.models import Account
from gridmap.accounts.rights import Grant, Role
from gridmap.http.state import state
from tests import callers, town
from tests.conftest import running
from tests.ports import free_port

SUBJECT = "lin.sample"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider on the air."""
    port = free_port()
    address = f"http://localhost:{port}"
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    urllib.request.urlopen(f"{address}/.well-known/openid-configuration", timeout=5).close()  # noqa: S310  # our own http address
                except OSError:
                    assert time.monotonic() < deadline, "the provider did not start"
                    time.sleep(0.1)
                else:
                    break
            yield address
        finally:
            process.terminate()


@pytest.fixture
def joined(committing: Engine, app: APIFlask, issuer: str, tmp_path: Path) -> Iterator[APIFlask]:
    """The application that trusts it."""
    settings = {
        "oidc_issuer": issuer,
        "oidc_client_id": "gridmap",
        "oidc_client_secret": SecretStr("theirs"),
        "oidc_name": "示例统一登录",
    }
    with running(committing, tmp_path, **settings) as made:
        yield made


@pytest.fixture
def lin(joined: APIFlask) -> Account:
    with state(joined).sessions.begin() as session:
        return callers.account(session, Grant(Role.OPERATOR, town.TOWN), username="lin", subject=SUBJECT, password_hash=None)


def there_and_back(browser: FlaskClient, subject: str = SUBJECT, wanted: str = "/account") -> str:
    """Follow the button to the provider, sign in there; the address it sends the browser back to."""
    away = browser.get(f"/sign-in/provider?next={wanted}")
    assert away.status_code == 302
    asked = parse_qs(urlsplit(away.location).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["scope"] == ["openid"]
    assert len(asked["state"][0]) > 20
    assert len(asked["nonce"][0]) > 10
    answered = requests.post(away.location, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answered.status_code == 302, answered.text
    return answered.headers["Location"]


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def come_back(browser: FlaskClient, address: str) -> TestResponse:
    return browser.get(path_of(address), headers={"Accept": "text/html"})


def test_there_and_back(joined: APIFlask, lin: Account) -> None:
    browser = callers.anonymous(joined)
    assert "示例统一登录" in browser.get("/sign-in").text
    back = there_and_back(browser)
    done = come_back(browser, back)
    assert (done.status_code, done.location) == (303, "/account")
    assert "lin" in browser.get("/account").text
    assert browser.get("/").status_code == 200
    assert come_back(browser, back).status_code == 401, "an answer is good once"


def test_a_stranger_is_known_there_and_not_here(joined: APIFlask, lin: Account) -> None:
    browser = callers.anonymous(joined)
    refused = come_back(browser, there_and_back(browser, "somebody.else"))
    assert refused.status_code == 403
    assert "somebody.else" in refused.text, "an administrator needs it"
    assert browser.get("/").status_code == 401


def test_an_answer_to_another_browser_is_refused(joined: APIFlask, lin: Account) -> None:
    mine, theirs = callers.anonymous(joined), callers.anonymous(joined)
    back = there_and_back(mine)
    assert come_back(theirs, back).status_code == 401
    forged = re.sub(r"state=[^&]+", "state=made-up", back)
    assert come_back(mine, forged).status_code == 401
    assert theirs.get("/").status_code == 401


def test_a_made_up_code_and_a_refusal_open_nothing(joined: APIFlask, lin: Account) -> None:
    browser = callers.anonymous(joined)
    back = there_and_back(browser)
    assert come_back(browser, re.sub(r"code=[^&]+", "code=made-up", back)).status_code == 401
    assert come_back(browser, "http://x/sign-in/provider/back?error=access_denied").status_code == 401
    assert browser.get("/").status_code == 401


def test_it_leads_to_no_other_site(joined: APIFlask, lin: Account) -> None:
    browser = callers.anonymous(joined)
    assert come_back(browser, there_and_back(browser, wanted="//evil.example/")).location == "/"


def test_a_provider_that_is_away_is_said_so(committing: Engine, app: APIFlask, tmp_path: Path) -> None:
    with running(committing, tmp_path, oidc_issuer=f"http://localhost:{free_port()}", oidc_client_id="gridmap") as made:
        assert callers.anonymous(made).get("/sign-in/provider").status_code == 503


def test_without_a_provider_there_is_no_such_way(app: APIFlask) -> None:
    browser = callers.anonymous(app)
    assert browser.get("/sign-in/provider").status_code == 404
    assert browser.get("/sign-in/provider/back").status_code == 404
