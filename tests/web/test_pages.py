import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gridmap import resources
from gridmap.accounts.rights import Role
from tests import callers


@pytest.fixture
def pages(standing: FlaskClient) -> FlaskClient:
    """Somebody signed in, whose browser names no language."""
    client = callers.signed_in(standing.application)
    del client.environ_base["HTTP_ACCEPT_LANGUAGE"]
    return client


def test_the_map_page_is_small_and_says_so_in_chinese(pages: FlaskClient) -> None:
    page = pages.get("/")

    assert page.status_code == 200
    assert len(page.data) < 100_000
    assert 'lang="zh-CN"' in page.text
    assert "跳到案件列表" in page.text


def test_english_on_request_of_the_browser(pages: FlaskClient) -> None:
    page = pages.get("/", headers={"Accept-Language": "en-GB,en;q=0.9"})

    assert 'lang="en"' in page.text
    assert "Skip to the case list" in page.text
    assert '<a class="skip" href="#stage">Skip to the map</a>' in page.text
    assert 'id="stage" tabindex="-1"' in page.text


def test_the_switch_is_remembered_and_leaves_the_address_clean(pages: FlaskClient) -> None:
    answer = pages.get("/?lang=en&other=1")

    assert answer.status_code == 303
    assert answer.location == "/?other=1"
    assert 'lang="en"' in pages.get("/", headers={"Accept-Language": "zh-CN"}).text


@pytest.mark.parametrize("wanted", ["", "de", "<script>", "zh_CN"])
def test_a_language_it_does_not_speak_changes_nothing(pages: FlaskClient, wanted: str) -> None:
    answer = pages.get("/", query_string={"lang": wanted})

    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


def test_nothing_on_the_pages_leads_outside(pages: FlaskClient) -> None:
    for path in ("/", "/api/docs"):
        links = re.findall(r"""(?:src|href)=["']([^"']*)""", pages.get(path).text)
        assert links
        assert [link for link in links if re.match(r"[a-z]+:|//", link)] == []


def test_every_file_the_pages_name_is_served(pages: FlaskClient) -> None:
    for path in ("/", "/api/docs"):
        for link in re.findall(r"""(?:src|href)="(/(?:static|assets)/[^"]*)""", pages.get(path).text):
            answer = pages.get(link)
            assert answer.status_code == 200, link
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            answer.close()


def test_a_file_the_pages_name_is_asked_for_once(pages: FlaskClient) -> None:
    named = re.findall(r"""(?:src|href)="(/(?:static|assets)/[^"]*)""", pages.get("/").text)

    assert {link.split("/")[1] for link in named} == {"static", "assets"}
    for link in named:
        with pages.get(link) as answer:
            assert answer.cache_control.immutable, link
            assert answer.cache_control.max_age == 365 * 86_400
            assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/js/main.js",
        "/static/v/000000000000/js/main.js",
        "/assets/leaflet/dist/leaflet.js",
        "/assets/v/000000000000/leaflet/dist/leaflet.js",
    ],
)
def test_a_file_whose_address_names_no_version_in_force_is_asked_for_each_time(pages: FlaskClient, path: str) -> None:
    """A page of yesterday, or one from the neighbour that is not yet restarted, must not keep today's file under yesterday's name."""
    with pages.get(path) as first:
        assert first.status_code == 200
        assert first.cache_control.no_cache
        assert first.cache_control.max_age is None
        assert not first.cache_control.immutable
        tag = first.headers["ETag"]
    with pages.get(path, headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304


def test_a_version_is_another_when_a_file_is_another(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    was = resources.digest(tmp_path, ["a.js", "gone.js"])
    assert resources.digest(tmp_path, ["gone.js", "a.js"]) == was

    (tmp_path / "a.js").write_text("2")
    assert resources.digest(tmp_path, ["a.js", "gone.js"]) != was
    (tmp_path / "a.js").write_text("1")
    (tmp_path / "gone.js").write_text("")
    assert resources.digest(tmp_path, ["a.js", "gone.js"]) != was


def test_a_case_has_a_lasting_link(pages: FlaskClient) -> None:
    assert pages.get("/case/20261122-000001").location == "/#sel=case:20261122-000001"


@pytest.mark.parametrize(
    "path",
    ["/assets/leaflet/package.json", "/assets/../pyproject.toml", "/assets/%2e%2e/pyproject.toml", "/static/../web/pages.py"],
)
def test_nothing_but_the_listed_files_is_served(pages: FlaskClient, path: str) -> None:
    assert pages.get(path).status_code == 404


def test_no_question_reaches_the_page(pages: FlaskClient) -> None:
    page = pages.get("/?case=</script><script>alert(1)</script>&x=${alert(1)}")
    assert "alert(1)" not in page.text


def test_the_switch_leads_nowhere_else(pages: FlaskClient) -> None:
    answer = pages.get("/?lang=en&_external=1&_scheme=javascript&_anchor=x")
    assert answer.location == "/?_external=1&_scheme=javascript&_anchor=x"


@pytest.mark.parametrize(("role", "own"), [(Role.OPERATOR, ["mine", "favourite"]), (Role.AUDITOR, [])])
def test_the_map_asks_for_no_queue_that_nobody_would_answer(standing: FlaskClient, role: Role, own: list[str]) -> None:
    page = callers.signed_in(standing.application, role).get("/").text
    named = re.search(r'data-own="([^"]*)"', page)

    assert named is not None
    assert named[1].split() == own
