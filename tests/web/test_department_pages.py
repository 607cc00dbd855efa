"""Pages of line departments: contacts, people, the categories they answer for, and who may change them."""

import re

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap import clock
from gridmap.accounts.rights import Role
from gridmap.http.state import state
from tests import callers, town
from tests.people import crew
from tests.people.stage import NOW

pytestmark = pytest.mark.usefixtures("now")
RUBBISH = {"standard_ref": town.STANDARD, "kind": "matter", "code": "06010"}
LAMP = {"standard_ref": town.STANDARD, "kind": "component", "code": "01010"}


@pytest.fixture
def keeper(app: APIFlask) -> FlaskClient:
    """The town's administrator; a department without anybody stands already."""
    with state(app).sessions.begin() as session:
        crew.kinds(session)
        for number in (1, 2):
            crew.person(session, number)
        town.category(session, "01010", kind="component", group_zh="公用设施类", group_en="Public facilities")
    made = callers.signed_in(app, Role.ADMINISTRATOR)
    assert made.post("/departments", data={"code": "water", "name": "水务", "name_en": "Water"}).status_code == 303
    return made


def seen(client: FlaskClient) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', client.get("/departments/water").text)
    return found[1] if found else ""


def owned(client: FlaskClient) -> list[dict[str, str]]:
    found: list[dict[str, str]] = client.get("/api/v1/departments/water/categories").get_json()["categories"]
    return found


def test_contacts(keeper: FlaskClient) -> None:
    taken = keeper.post("/departments", data={"code": "water", "name": "水务"})
    assert (taken.status_code, 'id="said-make-code"' in taken.text) == (409, True)
    old = seen(keeper)
    facts = {"seen": old, "name": "水务站", "name_en": "Water Works", "phone": "021-5550-8001", "address": "示例路1号"}
    assert keeper.post("/departments/water/change", data=facts).status_code == 303
    assert keeper.post("/departments/water/change", data=facts).status_code == 412
    nameless = keeper.post("/departments/water/change", data=facts | {"seen": seen(keeper), "name": ""})
    assert (nameless.status_code, 'id="said-change-name"' in nameless.text) == (422, True)
    page = keeper.get("/departments").text
    assert "Water Works" in page
    assert 'href="tel:021-5550-8001"' in page


def test_people_come_and_go(keeper: FlaskClient) -> None:
    joined = {"seen": seen(keeper), "ref": "T0001", "leader": "1"}
    assert keeper.post("/departments/water/people", data=joined).status_code == 303
    second = keeper.post("/departments/water/people", data=joined | {"seen": seen(keeper), "ref": "T0002"})
    assert second.status_code == 409
    assert "演示人1 leads it in that time" in second.text
    place = re.findall(r"/departments/water/people/(\d+)/end", second.text)[0]
    with clock.frozen(NOW.replace(hour=2)):
        assert keeper.post("/departments/other/people/1/end", data={}).status_code == 404
        assert keeper.post(f"/departments/water/people/{place}/end", data={"seen": seen(keeper)}).status_code == 303
        assert "Nobody yet." in keeper.get("/departments/water").text


def test_the_categories_it_answers_for(keeper: FlaskClient) -> None:
    words = [f"{one['kind']} {one['code']} {one['standard_ref']}" for one in (RUBBISH, LAMP)]
    for wanted in ([words[0]], words, [words[1]], []):
        assert keeper.post("/departments/water/categories", data={"seen": seen(keeper), "categories": wanted}).status_code == 303
        assert sorted(f"{one['kind']} {one['code']} {one['standard_ref']}" for one in owned(keeper)) == sorted(wanted)
        page = keeper.get("/departments/water").text
        assert [word for word in words if f'value="{word}" checked' in page] == [word for word in words if word in wanted]
    for nonsense in ("", "matter", "matter 99999 nothing"):
        wrong = keeper.post("/departments/water/categories", data={"seen": seen(keeper), "categories": [nonsense]})
        assert wrong.status_code == 422
        assert "There is no category" in wrong.text


def test_the_same_through_the_api(keeper: FlaskClient) -> None:
    path = "/api/v1/departments/water/categories"
    body = {"categories": [RUBBISH]}
    assert keeper.put(path, json=body).status_code == 428
    done = keeper.put(path, json=body, headers={"If-Match": keeper.get(path).headers["ETag"]})
    assert (done.status_code, done.get_json()) == (200, body)
    assert keeper.put(path, json={"categories": []}, headers={"If-Match": '"other"'}).status_code == 412
    again = keeper.put(path, json=body, headers={"If-Match": done.headers["ETag"]})
    assert again.headers["ETag"] == done.headers["ETag"], "nothing changed, so nothing happened"
    closed = keeper.post("/departments/water/close", data={"seen": seen(keeper), "reason": "merged"})
    assert closed.status_code == 303
    late = keeper.put(path, json=body, headers={"If-Match": keeper.get(path).headers["ETag"]})
    assert (late.status_code, late.get_json()["detail"]) == (409, "The department is closed already")


def test_who_may_change_departments(keeper: FlaskClient) -> None:
    app = keeper.application
    assert isinstance(app, APIFlask)
    for role, grid in ((Role.OPERATOR, town.TOWN), (Role.GRID_HEAD, town.TOWN), (Role.ADMINISTRATOR, town.village(1))):
        other = callers.signed_in(app, role, grid)
        assert '<form method="post" action="/departments' not in other.get("/departments/water").text
        for deed in ("change", "categories", "people", "people/1/end", "close"):
            assert other.post(f"/departments/water/{deed}", data={}).status_code == 403, (role, deed)
        assert other.post("/departments", data={"code": "x", "name": "x"}).status_code == 403
    reasonless = keeper.post("/departments/water/close", data={"seen": seen(keeper)})
    assert (reasonless.status_code, 'id="said-close-reason"' in reasonless.text) == (422, True)
