"""Pages that appoint: the register, somebody's card, a grid's form; each refusal beside its field, each end taken back."""

import re
from datetime import UTC, datetime

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from gridmap import clock
from gridmap.accounts.rights import Role
from gridmap.http.state import state
from gridmap.people import lookup
from gridmap.people.models import Shift
from tests import callers, town
from tests.people import crew
from tests.people.stage import HERE, NOW

THERE = town.micro(2, 2)
pytestmark = pytest.mark.usefixtures("now")


@pytest.fixture
def peopled(app: APIFlask) -> APIFlask:
    """Somebody with a post and a shift, the head of a micro-grid, and somebody without any post."""
    with state(app).sessions.begin() as session:
        crew.kinds(session)
        one, head, _ = (crew.person(session, n) for n in (1, 2, 3))
        crew.shift(session, crew.post(session, one, HERE))
        crew.post(session, head, HERE, "micro_head")
    return app


@pytest.fixture
def keeper(peopled: APIFlask) -> FlaskClient:
    return callers.signed_in(peopled, Role.ADMINISTRATOR)


def seen(client: FlaskClient, ref: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', client.get(f"/people/{ref}").text)
    return found[1] if found else ""


def heads(app: APIFlask, at: datetime) -> list[str]:
    with state(app).sessions() as session:
        return [held.person.ref for held in lookup.heads(session, HERE, at)]


def posts(app: APIFlask, ref: str) -> list[tuple[int, str, datetime | None, list[str]]]:
    with state(app).sessions() as session:
        found = lookup.posts_of(session, lookup.person(session, ref).id)
        return [(post.id, post.kind, post.valid.upper, [duty.kind for duty, _ in duties]) for post, _, duties in found]


def test_the_register_finds_by_name_and_number(keeper: FlaskClient) -> None:
    assert keeper.get("/people").text.count('href="/people/T') == 3
    found = keeper.get("/people?q=person 2").text
    assert 'href="/people/T0002"' in found
    assert "T0001" not in found
    assert "Nobody is found." in keeper.get("/people?q=%25").text


def test_who_sees_only_a_grid_gets_its_people(peopled: APIFlask) -> None:
    head = callers.signed_in(peopled, Role.MICRO_HEAD, HERE)
    page = head.get("/people").text
    assert ('href="/people/T0001"' in page, 'href="/people/T0003"' in page) == (True, False)
    assert head.get("/people/T0001").status_code == 200
    assert "Change …" not in head.get("/people/T0001").text
    assert head.get("/people/T0003").status_code == 404
    assert head.get(f"/people?grid={THERE}").status_code == 403
    assert callers.signed_in(peopled, Role.PLANNER).get("/people").status_code == 403


def test_enter_appoint_correct(peopled: APIFlask, keeper: FlaskClient) -> None:
    new = {"ref": "N-1", "name": "演示新", "phone": "021-5550-0009"}
    assert keeper.post("/people", data=new | {"name": ""}).text.count('data-testid="said"') == 1
    assert keeper.post("/people", data=new).location == "/people/N-1"
    taken = keeper.post("/people", data=new)
    assert taken.status_code == 409
    assert 'id="said-enter-ref"' in taken.text
    given = {"grid": THERE, "kind": "micro_head", "duties": ["informant", "patrol"]}
    assert keeper.post("/people/N-1/posts", data=given).status_code == 303
    ((_, kind, until, duties),) = posts(peopled, "N-1")
    assert (kind, until, sorted(duties)) == ("micro_head", None, ["informant", "patrol"])
    late = keeper.post("/people/N-1/posts", data={"grid": THERE, "kind": "party_member", "since": "2026-03-01T08:00"})
    assert late.status_code == 422
    assert 'id="said-appoint-reason"' in late.text
    assert 'value="2026-03-01T08:00"' in late.text, "what was typed stays"
    facts = {"seen": seen(keeper, "N-1"), "name": "演示改", "phone_public": "1"}
    assert keeper.post("/people/N-1/correct", data=facts).status_code == 303
    assert keeper.post("/people/N-1/correct", data=facts).status_code == 412, "somebody changed it meanwhile"
    assert "演示改" in keeper.get("/people/N-1", headers={"Accept-Language": "zh"}).text


def test_one_head_follows_another(peopled: APIFlask, keeper: FlaskClient) -> None:
    path, given = f"/grids/{HERE}/people", {"ref": "T0003", "kind": "micro_head", "since": "2026-03-04T08:00"}
    clash = keeper.post(path, data=given)
    assert clash.status_code == 409
    assert "heads this grid in that time" in clash.text
    assert keeper.post(path, data=given | {"instead": "1"}).location == f"{path}?done=T0003"
    turn = datetime(2026, 3, 4, 0, 0, tzinfo=UTC)
    assert [heads(peopled, at)[:1] for at in (NOW, turn.replace(day=3, hour=23, minute=59), turn)] == [
        ["T0002"],
        ["T0002"],
        ["T0003"],
    ]
    wrong = keeper.post(path, data={"ref": "T0001", "kind": "party_member", "instead": "1"})
    assert 'id="said-appoint-kind"' in wrong.text
    assert 'id="said-appoint-kind"' in keeper.post(path, data={"ref": "T0001"}).text


def test_an_end_is_taken_back(peopled: APIFlask, keeper: FlaskClient) -> None:
    ((post, *_),) = posts(peopled, "T0001")
    duty = f"/people/T0001/posts/{post}/duties"
    assert keeper.post(duty, data={"kind": "patrol"}).status_code == 303
    assert "They have this duty" in keeper.post(duty, data={"kind": "patrol"}).text
    with clock.frozen(NOW.replace(hour=2)):
        ended = keeper.post(f"/people/T0001/posts/{post}/end", data={"seen": seen(keeper, "T0001")})
    assert ended.location == f"/people/T0001?done=end-{post}"
    assert posts(peopled, "T0001")[0][2] == NOW.replace(hour=2)
    with clock.frozen(NOW.replace(hour=3)):
        page = keeper.get(ended.location).text
        assert 'data-testid="resume"' in page
        resume, now = f"/people/T0001/posts/{post}/resume", seen(keeper, "T0001")
        assert f'id="said-resume-{post}-reason"' in keeper.post(resume, data={"seen": now}).text
        assert keeper.post(resume, data={"seen": now, "reason": "Ended by mistake"}).status_code == 303
        assert posts(peopled, "T0001") == [(post, "building_leader", None, ["patrol"])]
        with state(peopled).sessions() as session:
            assert [shift.valid.upper for shift in session.scalars(select(Shift))] == [None]
        assert keeper.post(resume, data={"seen": seen(keeper, "T0001"), "reason": "x"}).status_code == 409
        assert keeper.post(f"{duty}/patrol/end", data={}).status_code == 303
        assert keeper.post(f"{duty}/patrol/end", data={}).status_code == 404


def test_leaving_and_coming_back(peopled: APIFlask, keeper: FlaskClient) -> None:
    assert keeper.post("/people/T0002/leave", data={"seen": seen(keeper, "T0002")}).status_code == 303
    assert "Left at 2026-03-03 09:00." in keeper.get("/people/T0002").text
    assert heads(peopled, NOW) == []
    assert keeper.post("/people/T0002/return", data={"seen": seen(keeper, "T0002")}).status_code == 303
    ((post, _, until, _),) = posts(peopled, "T0002")
    assert until == NOW, "posts that ended stay ended"
    assert keeper.post(f"/people/T0002/posts/{post}/resume", data={"seen": seen(keeper, "T0002")}).status_code == 303
    assert heads(peopled, NOW) == ["T0002"]


def test_a_village_keeps_its_own_people(peopled: APIFlask) -> None:
    keeper = callers.signed_in(peopled, Role.ADMINISTRATOR, town.village(1))
    assert keeper.post("/people", data={"ref": "N-2", "name": "演示"}).status_code == 403
    assert keeper.post(f"/grids/{THERE}/people", data={"ref": "T0001", "kind": "party_member"}).status_code == 403
    assert keeper.post(f"/grids/{HERE}/people", data={"ref": "T0001", "kind": "party_member"}).status_code == 303
    assert keeper.post("/people/T0003/leave", data={}).status_code == 403
    ((post, *_),) = posts(peopled, "T0002")
    assert (
        callers.signed_in(peopled, Role.ADMINISTRATOR, town.village(2)).post(f"/people/T0002/posts/{post}/end").status_code == 403
    )
    assert keeper.post(f"/people/T0001/posts/{post}/end", data={}).status_code == 404, "the post is somebody else's"
