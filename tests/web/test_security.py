import re

from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap import web
from gridmap.config import Settings
from gridmap.http import sessions

BASE_MAPS = '[{"name_zh": "示例", "name_en": "Example", "url": "https://tiles.invalid/{z}/{x}/{y}.png", "datum": "wgs84"}]'


def client(**settings: str) -> FlaskClient:
    app = APIFlask("gridmap", docs_path=None)
    app.config["SECRET_KEY"] = "for tests"
    sessions.install(app, Settings(simulate=False))
    web.install(app, Settings(simulate=False, **settings))  # type: ignore[arg-type]  # all of these are texts

    @app.get("/data")
    def data() -> dict[str, str]:
        return {}

    return app.test_client()


def policy(text: str) -> dict[str, str]:
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in text.split(";"))}


def test_only_what_carries_this_requests_nonce_runs() -> None:
    page = client().get("/sign-in")
    rules = policy(page.headers["Content-Security-Policy"])
    nonce = rules["script-src"].removeprefix("'nonce-").removesuffix("'")

    assert rules["script-src"] == f"'nonce-{nonce}'"
    assert rules["default-src"] == "'none'"
    assert {tag for tag in re.findall(r"<script\b[^>]*>", page.text) if f'nonce="{nonce}"' not in tag} == set()
    assert not re.search(r"""\son\w+=|\sstyle=|javascript:""", page.text)


def test_a_nonce_is_used_once() -> None:
    pages = client()
    policies = {pages.get("/sign-in").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


def test_nothing_is_unsafe() -> None:
    assert "unsafe" not in client().get("/sign-in").headers["Content-Security-Policy"]
    assert "unsafe" not in client().get("/api/docs").headers["Content-Security-Policy"]


def test_every_answer_is_guarded() -> None:
    headers = client().get("/data").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert policy(headers["Content-Security-Policy"])["default-src"] == "'none'"


def test_no_page_may_be_framed_or_send_forms_elsewhere() -> None:
    rules = policy(client().get("/sign-in").headers["Content-Security-Policy"])

    assert (rules["frame-ancestors"], rules["base-uri"], rules["form-action"]) == ("'none'", "'none'", "'self'")
    assert rules["connect-src"] == "'self'"


def test_pictures_come_from_configured_base_maps_only() -> None:
    assert policy(client().get("/sign-in").headers["Content-Security-Policy"])["img-src"] == "'self' data: blob:"
    rules = policy(client(base_maps=BASE_MAPS).get("/sign-in").headers["Content-Security-Policy"])
    assert rules["img-src"] == "'self' data: blob: https://tiles.invalid"
