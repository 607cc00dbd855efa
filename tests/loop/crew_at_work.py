"""A town at work: somebody of every role, each with a client, and the words to let them act on a case."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from gridmap.accounts import keys
from gridmap.accounts.rights import Grant, Role
from gridmap.cases.loop_models import Evidence
from gridmap.cases.models import Case
from gridmap.http.state import state
from gridmap.people.models import Department
from tests import callers, town
from tests.people import crew

HERE, ELSEWHERE = town.micro(1, 1), town.micro(3, 3)
_photos, _alerts = count(1), count(1)


@dataclass
class Town:
    """The tiny town's people, by what they are, and their clients."""

    app: APIFlask
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    department_ids: dict[str, int] = field(default_factory=dict)

    def alert(self, *, at: tuple[float, float] | None = (0.5, 0.5), **facts: Any) -> str:
        """A camera's alert through the API, of a case of its own; the case's number."""
        lon, lat = town.spot(*at) if at else (None, None)
        place = {"location": {"lon": lon, "lat": lat, "datum": "wgs84"}} if at else {}
        body = {
            "source": "dahua",
            "source_id": f"A-{next(_alerts)}",
            "join": False,
            "occurred_at": datetime.now(UTC).isoformat(),
            "source_code": "890",
        }
        response = self.clients["device"].post("/api/v1/alerts", json=body | place | facts)
        assert response.status_code == 201, response.get_data(as_text=True)
        return str(response.get_json()["case"]["properties"]["number"])

    def see(self, number: str, who: str = "operator") -> dict[str, Any]:
        """A case as somebody sees it."""
        response = self.clients[who].get(f"/api/v1/cases/{number}")
        assert response.status_code == 200, response.get_data(as_text=True)
        told: dict[str, Any] = response.get_json()["properties"]
        return told

    def etag(self, number: str, who: str = "operator") -> str:
        """The ETag somebody reads a case with."""
        return str(self.clients[who].get(f"/api/v1/cases/{number}").headers["ETag"])

    def try_to(
        self, who: str, action: str, number: str, *, etag: str | None = "*", key: str | None = None, **fields: Any
    ) -> TestResponse:
        """Let somebody act; the answer, whatever it is."""
        headers = {"If-Match": etag} if etag else {}
        headers |= {"Idempotency-Key": key} if key else {}
        return self.clients[who].post(f"/api/v1/cases/{number}/actions/{action}", json=fields, headers=headers)

    def do(self, who: str, action: str, number: str, **fields: Any) -> dict[str, Any]:
        """Let somebody act, and see that they could."""
        response = self.try_to(who, action, number, **fields)
        assert response.status_code == 200, f"{who} {action}: {response.get_data(as_text=True)}"
        told: dict[str, Any] = response.get_json()
        return told

    def late(self, number: str) -> None:
        """Let a case have been due an hour before it was received."""
        with state(self.app).sessions.begin() as session:
            session.execute(text("UPDATE cases SET due_at = received_at - interval '1 hour' WHERE number = :n"), {"n": number})

    def photo(self, number: str, kind: str = "after") -> int:
        """A photo of a case, as if it had been uploaded."""
        with state(self.app).sessions.begin() as session:
            case = session.query(Case).filter_by(number=number).one()
            digest = f"{next(_photos):064x}"
            made = Evidence(case_id=case.id, kind=kind, digest=digest, media_type="image/jpeg", bytes=1, added_by="test")
            session.add(made)
            session.flush()
            return made.id

    def handled(self, number: str, who: str = "member") -> None:
        """Let a member accept and finish a case just discovered."""
        self.do(who, "accept", number)
        self.do(who, "finish", number, result="清理完毕", evidence=[self.photo(number)])


def people(app: APIFlask) -> Town:
    """The town with somebody of every role: two members, a head, a village's head, two departments, and those of the town."""
    made = Town(app)
    grants: dict[str, Grant] = {
        "member": Grant(Role.MEMBER, HERE),
        "member2": Grant(Role.MEMBER, HERE),
        "stranger": Grant(Role.MEMBER, ELSEWHERE),
        "micro_head": Grant(Role.MICRO_HEAD, HERE),
        "grid_head": Grant(Role.GRID_HEAD, HERE[:12]),
        "town_head": Grant(Role.GRID_HEAD, town.TOWN),
        "operator": Grant(Role.OPERATOR, town.TOWN),
        "operator2": Grant(Role.OPERATOR, town.TOWN),
        "auditor": Grant(Role.AUDITOR, town.TOWN),
        "administrator": Grant(Role.ADMINISTRATOR, town.TOWN),
        "planner": Grant(Role.PLANNER, town.TOWN),
    }
    accounts = {}
    with state(app).sessions.begin() as session:
        crew.kinds(session)
        for code, name in (("chengguan", "演示城管"), ("shuiwu", "演示水务")):
            department = Department(code=code, name=name, name_en=f"Demo {code}")
            session.add(department)
            session.flush()
            made.department_ids[code] = department.id
            grants[code] = Grant(Role.HANDLER, None, department.id)
        for number, (who, grant) in enumerate(grants.items(), 1):
            person = crew.person(session, number)
            if grant.role is Role.MEMBER:
                crew.post(session, person, str(grant.grid_code), "eco_warden" if who == "member2" else "building_leader")
            accounts[who] = callers.account(session, grant, username=who.replace("_", "-"), person_id=person.id)
        secret = _key(session)
    made.clients = {who: callers.signed_in_as(app, account) for who, account in accounts.items()}
    made.clients["device"] = callers.with_key(app, secret)
    made.clients["nobody"] = callers.anonymous(app)
    return made


def _key(session: Session) -> str:
    return keys.create(session, "loop", actor="test")
