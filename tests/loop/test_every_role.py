"""Somebody of every role asks everything the API has: never a 5xx, always as documented, and nobody gets in who may not."""

from typing import Any

import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.loop.crew_at_work import Town

BY_HAND = {"/api/v1/events", "/api/v1/alerts/batch"}  # A stream without end, and one of lines.
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
WHO = ("member", "micro_head", "grid_head", "operator", "auditor", "administrator", "planner", "chengguan", "device", "nobody")
# What keeps people and accounts is asked by those who may; a made-up change of one's own account would end the session.
UNSAFE = {"/api/v1/account"}


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


def test_every_call_by_somebody_of_every_role(at_work: Town) -> None:
    """Each asks the same, one after the other: making questions up costs more than answering them."""
    at_work.alert()
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", at_work.app).exclude(path=sorted(BY_HAND | UNSAFE))
    wrong, asked = [], 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @settings(max_examples=2, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case: Case[Any]) -> None:
            for who in WHO:
                answer = case.call(headers=as_header(at_work.clients[who]))
                assert answer.status_code < 500, f"{who}: {answer.text}"
                case.validate_response(answer, checks=CHECKS)

        try:
            ask()
        except Exception as error:  # noqa: BLE001  # whatever it is, the list below tells it
            wrong.append(f"{operation.label}: {str(error)[:300]}")
        asked += 1
    assert not wrong
    assert asked > 50
