"""Pages about people: teams, roster with its forms, departments, the notice on the wall."""

import re
from datetime import date, datetime, timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap.accounts.rights import Role
from gridmap.http.state import state
from gridmap.people import departments
from gridmap.people.duty import on_duty
from tests import callers, town
from tests.people import crew
from tests.people.stage import HERE, NOW

pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def peopled(app: APIFlask) -> APIFlask:
    """A micro-grid with a head, two on shifts, two volunteers of whom one agreed to have the phone published."""
    with state(app).sessions.begin() as session:
        crew.kinds(session)
        crew.team(session, HERE)
        for number in (4, 5):
            crew.post(session, crew.person(session, number, phone_public=number == 5), HERE, "resident_volunteer")
        town.service_point(session, 1, at=(0.5, 0.5), address="示例路1号")
        departments.make(session, "water", {"name": "水务", "name_en": "Water", "phone": "021-5550-8001"}, actor="test")
        departments.bring_in(session, "water", "T0001", leader=True, actor="test")
    return app


@pytest.fixture
def head(peopled: APIFlask) -> FlaskClient:
    return callers.signed_in(peopled, Role.MICRO_HEAD, HERE)


def test_the_teams(head: FlaskClient) -> None:
    page = head.get(f"/grids/{HERE}/people").text
    assert (
        page.index("On duty now") < page.index("Micro-grid head") < page.index("Management team") < page.index("Volunteer team")
    )
    assert "Demo Person 3" in page
    assert 'href="tel:021-5550-9001"' in page
    for function in ("Informant", "Publicist", "Coordinator", "Supervisor"):
        assert function in page
    assert f'href="/grids/{HERE}/roster"' in page
    assert 'href="/notices/SP-001"' in page
    assert "演示人3" in head.get(f"/grids/{HERE}/people", headers={"Accept-Language": "zh"}).text


def test_who_was_responsible(head: FlaskClient) -> None:
    then = head.get(f"/grids/{HERE}/people?at=2025-03-03T09:00").text
    assert "As it was at 2025-03-03 09:00." in then
    assert "Demo Person" not in then
    assert head.get(f"/grids/{HERE}/people?at=yesterday", headers={"Accept": "text/html"}).status_code == 422


def test_others_see_no_names(peopled: APIFlask) -> None:
    for asking in (callers.signed_in(peopled, Role.PLANNER), callers.signed_in(peopled, Role.MEMBER, town.micro(2, 2))):
        for path in (f"/grids/{HERE}/people", f"/grids/{HERE}/roster", "/departments"):
            page = asking.get(path).text
            assert "Demo Person" not in page
            assert "5550-9" not in page
    assert callers.anonymous(peopled).get("/departments", headers={"Accept": "text/html"}).status_code == 303


@pytest.mark.parametrize("code", [town.TOWN, town.village(1)])
def test_grids_above_lead_down(head: FlaskClient, code: str) -> None:
    page = head.get(f"/grids/{code}/people").text
    assert f'href="/grids/{town.village(1) if code == town.TOWN else HERE}/people"' in page
    assert head.get("/grids/123/people", headers={"Accept": "text/html"}).status_code == 404


def form(client: FlaskClient, deed: str, **fields: object) -> tuple[int, str]:
    page = client.get(f"/grids/{HERE}/roster").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    given = {"day": "2026-03-02", "seen": seen[1] if seen else "", **fields}
    answer = client.post(f"/grids/{HERE}/roster/{deed}", data=given)
    return answer.status_code, answer.text


def duty(app: APIFlask, moment: datetime) -> list[tuple[str, str]]:
    with state(app).sessions() as session:
        return [(one.ref, one.reason) for one in on_duty(session, [HERE], moment)[HERE]]


def test_the_week(head: FlaskClient) -> None:
    page = head.get(f"/grids/{HERE}/roster").text
    assert page.count('data-testid="turn"') == 14
    assert page.count("on duty now") == 1
    assert page.count('class="day today"') == 1
    assert "03-09" in head.get(f"/grids/{HERE}/roster?day=2026-03-10").text
    assert 'class="day today"' in head.get(f"/grids/{HERE}/roster?day=nonsense").text


def test_exception_swap_and_back(peopled: APIFlask, head: FlaskClient) -> None:
    turns = re.findall(r'name="turn" value="(\d+@2026-03-0[45])"', head.get(f"/grids/{HERE}/roster").text)
    mine, theirs = (
        next(t for t in turns if t.startswith(f"{shift}@") and t.endswith(day))
        for shift, day in ((turns[0].partition("@")[0], "04"), (turns[-1].partition("@")[0], "05"))
    )
    wednesday = NOW + timedelta(days=1)
    assert form(head, "swaps", turn=mine, other=theirs, reason="wedding")[0] == 303
    assert duty(peopled, wednesday) == [("T0002", "swap")]
    page = head.get(f"/grids/{HERE}/roster").text
    exception = re.search(r'name="exception" value="(\d+)"', page)
    assert exception
    assert page.count("swapped: wedding") == 2
    status, told = form(head, "swaps", turn=mine, other=theirs, reason="again")
    assert (status, "has an exception already" in told) == (409, True)
    assert form(head, "withdraw", exception=exception[1], seen="old")[0] == 412
    assert form(head, "withdraw", exception=exception[1])[0] == 303
    assert duty(peopled, wednesday) == [("T0001", "shift")]
    assert form(head, "exceptions", turn=mine, substitute="T0003", reason="ill")[0] == 303
    assert duty(peopled, wednesday) == [("T0003", "swap")]


def test_shifts_come_and_go(peopled: APIFlask, head: FlaskClient) -> None:
    page = head.get(f"/grids/{HERE}/roster").text
    post = re.findall(r'<option value="(\d+)">Demo Person 4 ·', page)[0]
    given = {"post": post, "weekdays": ["3"], "starts": "21:00", "ends": "06:00"}
    assert form(head, "shifts", **given)[0] == 303
    assert duty(peopled, NOW + timedelta(days=2, hours=-5)) == [("T0004", "shift")]
    status, told = form(head, "shifts", **given)
    assert (status, "overlaps a shift" in told) == (409, True)
    assert form(head, "shifts", **{**given, "starts": ""})[0] == 422
    assert form(head, "shifts", **{**given, "post": "x"})[0] == 422
    turn = re.findall(r'name="turn" value="(\d+@2026-03-04)"', head.get(f"/grids/{HERE}/roster").text)[-1]
    assert form(head, "shifts/end", turn=turn, until=str(date(2026, 3, 3)))[0] == 303
    assert duty(peopled, NOW + timedelta(days=2, hours=-5)) == [("T0003", "head")]


def test_who_may_change_the_roster(peopled: APIFlask) -> None:
    member = callers.signed_in_person(peopled, Role.MEMBER, HERE, "T0001")
    other = callers.signed_in_person(peopled, Role.MEMBER, HERE, "T0002")
    page = member.get(f"/grids/{HERE}/roster").text
    assert "Make an exception" not in page
    (mine,) = re.findall(r'name="turn" value="(\d+@2026-03-04)"[^>]*><input type="hidden" name="form" value="swap-1', page)
    (theirs, *_) = re.findall(r'<option value="(\d+@2026-03-05)">[^<]*Demo Person 2', page)
    assert form(member, "swaps", turn=mine, other=theirs, reason="wedding")[0] == 303
    assert member.get(f"/grids/{HERE}/roster").text.count("Take back") == 2
    inbox = other.get("/inbox").text
    assert "Your turns have changed" in inbox
    opened = other.post(re.findall(r'action="(/inbox/\d+/open)"', inbox)[0])
    assert opened.location == f"/grids/{HERE}/roster?day=2026-03-04"
    exception = re.findall(r'name="exception" value="(\d+)"', member.get(f"/grids/{HERE}/roster").text)[0]
    assert form(member, "withdraw", exception=exception)[0] == 303
    assert member.post(f"/grids/{HERE}/roster/shifts", data={}).status_code == 403
    nobody = callers.signed_in(peopled, Role.MEMBER, HERE)
    assert "Swap with" not in nobody.get(f"/grids/{HERE}/roster").text, "none of the turns is theirs"
    assert form(nobody, "swaps", turn=mine, other=theirs, reason="x")[0] == 403
    auditor = callers.signed_in(peopled, Role.AUDITOR).get(f"/grids/{HERE}/roster").text
    assert '<form method="post" action="/grids' not in auditor


def test_departments(peopled: APIFlask, head: FlaskClient) -> None:
    assert "Water" in head.get("/departments").text
    assert "1 people" in head.get("/departments").text
    assert "Demo Person 1" in callers.signed_in(peopled, Role.OPERATOR).get("/departments").text


def test_the_notice_shows_published_fields_only(head: FlaskClient) -> None:
    page = head.get("/notices/SP-001").text
    paper = page[page.index('data-testid="notice"') :]
    for shown in (
        "Demo Person 1",
        "Demo Person 4",
        "021-5550-9001",
        "021-5550-9003",
        "021-5550-9005",
        "示例路1号",
        "As of 2026-03-03",
    ):
        assert shown in paper
    for kept in ("021-5550-9004", "T0001", "T0004"):
        assert kept not in paper
    assert paper.count('<path class="own"') == 1
    assert paper.count('<path class="kin"') == 1
    assert paper.count('<path class="other"') == 2
    assert "size: A4" in page
    assert "size: A3" in head.get("/notices/SP-001?size=a3").text
    assert head.get("/notices/SP-001?size=a5").status_code == 422
    assert head.get("/notices/nothing").status_code == 404
