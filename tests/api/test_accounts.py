"""Accounts, keys and one's own account through the API: everything the pages can do."""

import pyotp
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from gridmap.accounts.rights import Role
from gridmap.http.state import state
from tests import callers, town
from tests.callers import PASSWORD
from tests.people import crew

ACCOUNTS, ME = "/api/v1/accounts", "/api/v1/me"


@pytest.fixture
def administrator(app: APIFlask) -> FlaskClient:
    return callers.signed_in(app, Role.ADMINISTRATOR)


def test_an_account_from_its_making_to_its_end(app: APIFlask, administrator: FlaskClient) -> None:
    with state(app).sessions.begin() as session:
        crew.person(session, 1)
    made = administrator.post(ACCOUNTS, json={"username": "Bea", "name": "示例乙", "person": "T0001"})
    assert made.status_code == 201
    assert made.get_json()["username"] == "bea"
    given = administrator.post(f"{ACCOUNTS}/bea/grants", json={"role": "member", "grid": town.micro(1, 1)})
    told = administrator.get(f"{ACCOUNTS}/bea").get_json()
    assert (told["must_change"], told["roles"][0]["role"], told["roles"][0]["grid"]) == (True, "member", town.micro(1, 1))
    assert administrator.post(f"{ACCOUNTS}/bea/grants/{given.get_json()['id']}/revoke").status_code == 204
    assert administrator.get(f"{ACCOUNTS}/bea").get_json()["roles"] == []
    assert administrator.post(f"{ACCOUNTS}/bea/change", json={"name": "乙", "subject": "sub-2"}).status_code == 204
    assert administrator.post(f"{ACCOUNTS}/bea/reset").get_json()["password"] != made.get_json()["password"]
    assert administrator.post(f"{ACCOUNTS}/bea/second-factor/remove").status_code == 409
    assert administrator.post(f"{ACCOUNTS}/bea/disable").status_code == 204
    assert administrator.post(f"{ACCOUNTS}/bea/enable").status_code == 204
    listed = {one["username"]: one for one in administrator.get(ACCOUNTS).get_json()["accounts"]}
    assert (listed["bea"]["name"], listed["bea"]["subject"], listed["bea"]["person_id"]) == ("乙", "sub-2", None)
    assert "hash" not in administrator.get(ACCOUNTS).text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "resident", "grid": town.TOWN}, "role"),
        ({"role": "member", "grid": "31"}, "grid"),
        ({"role": "member"}, "grid_code"),
        ({"role": "handler", "grid": town.TOWN}, "department_id"),
        ({"role": "member", "grid": "999999999"}, "grid_code"),
        ({"role": "member", "grid": town.TOWN, "until": "2020-01-01T00:00:00Z"}, "until"),
    ],
)
def test_a_role_that_can_not_be_is_refused_by_name(administrator: FlaskClient, body: dict[str, str], field: str) -> None:
    administrator.post(ACCOUNTS, json={"username": "bea"})
    answer = administrator.post(f"{ACCOUNTS}/bea/grants", json=body)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.get_json()["errors"]] == [field]


def test_keys(app: APIFlask, administrator: FlaskClient) -> None:
    made = administrator.post("/api/v1/keys", json={"name": "camera", "scopes": ["alerts"]}).get_json()
    machine = callers.with_key(app, made["secret"])
    assert machine.get("/api/v1/grids/counts").status_code == 403
    assert administrator.post("/api/v1/keys", json={"name": "camera", "scopes": ["read"]}).status_code == 409
    (key,) = administrator.get("/api/v1/keys").get_json()["keys"]
    assert (key["name"], key["scopes"]) == ("camera", ["alerts"])
    assert made["secret"] not in administrator.get("/api/v1/keys").text
    assert administrator.post("/api/v1/keys/revoke", json={"name": "camera"}).status_code == 204
    assert machine.post("/api/v1/alerts", json={}).status_code == 401


def test_who_am_i(app: APIFlask, key: str) -> None:
    member = callers.signed_in(app, Role.MEMBER, town.micro(1, 1))
    told = member.get(ME).get_json()
    assert told["roles"] == [{"role": "member", "grid": town.micro(1, 1), "department_id": None}]
    assert "case.accept" in told["deeds"]
    assert "case.void" not in told["deeds"]
    member.environ_base["HTTP_X_CSRFTOKEN"] = told["csrf_token"]
    assert member.post(f"{ME}/sign-out-everywhere").status_code == 204
    assert member.get(ME).status_code == 401
    assert callers.with_key(app, key).get(ME).status_code == 403, "a machine has no account"


def test_my_password_and_my_second_factor(client: FlaskClient) -> None:
    new = "brown kettle sings"
    assert client.post(f"{ME}/password", json={"present": "wrong", "password": new}).status_code == 422
    assert client.post(f"{ME}/password", json={"present": PASSWORD, "password": new}).status_code == 204
    assert client.post(f"{ME}/second-factor/confirm", json={"code": "000000"}).status_code == 409
    secret = client.post(f"{ME}/second-factor").get_json()["secret"]
    done = client.post(f"{ME}/second-factor/confirm", json={"code": pyotp.TOTP(secret).now()})
    assert len(done.get_json()["recovery_codes"]) == 10
    assert client.get(ME).get_json()["second_factor"]
    assert client.post(f"{ME}/second-factor").status_code == 409
    assert client.post(f"{ME}/second-factor/remove", json={"present": new}).status_code == 204
