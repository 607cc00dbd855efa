"""Everything the API has, asked with made-up questions by somebody of every role: never a 5xx, and always as documented."""

from collections.abc import Iterator
from itertools import chain, cycle, repeat
from typing import Any

import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from sqlalchemy.orm import Session

from gridmap.http.state import state
from tests import town
from tests.loop.crew_at_work import Town

BY_HAND = {"/api/v1/events", "/api/v1/alerts/batch"}  # A stream without end, and one of lines; see test_events and test_batch.
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
WHO = ("member", "micro_head", "grid_head", "operator", "auditor", "administrator", "planner", "chengguan", "device", "nobody")
# A made-up change of one's own account would end the session; a machine has none.
UNSAFE = {"/api/v1/account"}
QUESTIONS, BY_EVERYBODY = 12, 2


def as_header(client: FlaskClient) -> dict[str, str]:
    """What makes a request this client's."""
    environ = client.environ_base
    headers = {"Accept-Language": "en"}
    if "HTTP_AUTHORIZATION" in environ:
        headers["Authorization"] = environ["HTTP_AUTHORIZATION"]
    if "HTTP_X_CSRFTOKEN" in environ:
        headers["X-CSRFToken"] = environ["HTTP_X_CSRFTOKEN"]
        cookie = client.get_cookie(client.application.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        headers["Cookie"] = f"{cookie.key}={cookie.value}"
    return headers


def turns(path: str) -> Iterator[tuple[str, ...]]:
    """Who asks the first question about a path, the second, and so on: the first few everybody, then each in turn."""
    if path in UNSAFE:
        return repeat(("device",))
    return chain(repeat(WHO, BY_EVERYBODY), cycle((who,) for who in WHO))


def test_every_call_by_somebody_of_every_role(at_work: Town) -> None:
    """They ask the same, one after the other: making questions up costs more than answering them."""
    at_work.alert()
    with Session(state(at_work.app).engine) as session, session.begin():
        town.camera(session, 1, at=(0.5, 0.5))
        town.camera(session, 2, at=(1.5, 0.5), bearing_deg=None)
        town.service_point(session, 1, at=(0.5, 0.5), address="示例路1号")
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", at_work.app).exclude(path=sorted(BY_HAND))
    wrong, asked = [], 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        try:
            ask(operation, at_work)
        except Exception as error:  # noqa: BLE001  # whatever it is, the list below tells it
            wrong.append(f"{operation.label}: {str(error)[:300]}")
        asked += 1
    assert not wrong
    assert asked > 180


def ask(operation: APIOperation[Any, Any, Any, Any], at_work: Town) -> None:
    """Ask one call some questions."""
    turn = turns(operation.path)

    @settings(
        max_examples=QUESTIONS, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def asked(case: Case[Any]) -> None:
        for who in next(turn):
            answer = case.call(headers=as_header(at_work.clients[who]))
            assert answer.status_code < 500, f"{who}: {answer.text}"
            if answer.status_code == 405:  # A made-up name may happen to be the word of another address.
                continue
            case.validate_response(answer, checks=CHECKS)

    asked()
