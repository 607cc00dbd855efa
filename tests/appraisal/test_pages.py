"""The pages of reports and the wall: what they show, in both languages, and to whom."""

import re
from datetime import UTC, datetime

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap import clock
from gridmap.accounts.rights import Role
from gridmap.appraisal.measures import MEASURES, Measure
from gridmap.appraisal.ratios import RATIOS, Ratio
from gridmap.appraisal.words import SOURCES
from gridmap.web.reports import Bar
from tests import callers, messages, town
from tests.api.asking import send

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)


@pytest.fixture
def operator(app: APIFlask, sender: FlaskClient) -> FlaskClient:
    """An operator, and one case of today."""
    send(sender, 1, at=(0.5, 0.5), source_code="890")
    return callers.signed_in(app)


def page(client: FlaskClient, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"Accept-Language": language, "Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("kind", ["day", "week", "month"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_figure_is_there_in_both_languages(operator: FlaskClient, kind: str, language: str) -> None:
    shown = page(operator, f"/reports/{kind}", language)
    figures: list[Measure | Ratio] = [*MEASURES.values(), *RATIOS.values()]
    for one in figures:
        assert (one.zh if language == "zh" else one.en) in shown, one.key
    assert ("未结而已过时限的案件计为超期" if language == "zh" else "counts as late") in shown
    assert "style=" not in shown


def test_every_ratio_shows_its_denominator_and_nothing_is_a_dash(operator: FlaskClient) -> None:
    shown = page(operator, "/reports/day")
    row = re.search(r'<tr class="is-ratio"><th scope="row">On-time rate</th>(.*?)</tr>', shown)
    assert row
    assert re.findall(r"<td[^>]*>([^<]*)</td>", row[1])[:2] == ["—", "0 / 0"]
    valid = re.search(r'<th scope="row">Valid reports</th>(.*?)</tr>', shown)
    assert valid
    assert re.findall(r"<td[^>]*>([^<]*)</td>", valid[1])[:2] == ["100.0%", "1 / 1"]


@pytest.mark.parametrize("most", [1, 999, 123456])
def test_the_charts_largest_figure_has_room_in_a_phones_letters(
    operator: FlaskClient, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("gridmap.web.reports._bars", lambda *_: [Bar("1", most, 0), Bar("2", 0, 0)])
    shown = page(operator, "/reports/day")
    end = re.search(rf'<text class="chart-text" x="(\d+)"[^>]*text-anchor="end">{most}</text>', shown)
    assert end
    assert int(end[1]) >= 13.4 * len(str(most))


def test_a_grid_can_be_chosen_and_looked_into(operator: FlaskClient) -> None:
    shown = page(operator, f"/reports/week?grid={town.village(1)}")
    assert f'<option value="{town.village(1)}" selected>Demo Village 1</option>' in shown
    assert f'<option value="{town.micro(1, 2)}">' in shown
    assert f"grid={town.micro(1, 1)}" in shown


def test_one_goes_back_and_forth(operator: FlaskClient) -> None:
    with clock.frozen(NOW):
        shown = page(operator, "/reports/month?date=2026-10-31")
        assert 'rel="prev" href="/reports/month?date=2026-09-01"' in shown
        assert 'rel="next" href="/reports/month?date=2026-11-01"' in shown
        assert 'rel="next"' not in page(operator, "/reports/month")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reports/year", 404),
        ("/reports/day?date=x", 422),
        ("/reports/day?date=2999-01-01", 422),
        ("/wall?seconds=1", 422),
        ("/wall?seconds=x", 422),
        (f"/wall?grid={town.village(9)}", 404),
    ],
)
def test_what_cannot_be(operator: FlaskClient, path: str, status: int) -> None:
    assert operator.get(path, headers={"Accept": "text/html"}).status_code == status


@pytest.mark.parametrize("path", ["/reports/day", "/wall"])
def test_who_may_look(app: APIFlask, path: str) -> None:
    assert callers.signed_in(app, Role.GRID_HEAD).get(path).status_code == 200
    assert callers.signed_in(app, Role.MEMBER).get(path).status_code == 403


def test_the_wall_holds_no_data_and_one_third_partys_script(operator: FlaskClient) -> None:
    shown = page(operator, f"/wall?grid={town.village(2)}&seconds=45")
    assert f'data-seconds="45" data-grid="{town.village(2)}"' in shown
    assert re.findall(r'src="/assets/v/[0-9a-f]+/([^"]+)"', shown) == ["echarts/dist/echarts.min.js"]
    assert len(shown) < 6000


def test_sources_are_called_as_on_the_map() -> None:
    there = {key.removeprefix("source."): words for key, words in messages.WORDS.items() if key.startswith("source.")}
    assert there == SOURCES
