"""The API keeps its own word: every documented call, asked with made-up questions, answers as documented, never with a 5xx."""

from typing import Any

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

BY_HAND = {"/api/v1/events", "/api/v1/alerts/batch"}  # A stream without end, and one of lines; see test_events and test_batch.


def test_the_document_is_valid_openapi_3_1(standing: FlaskClient) -> None:
    document = standing.get("/api/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_call_says_what_it_does(standing: FlaskClient) -> None:
    for path, calls in standing.get("/api/openapi.json").get_json()["paths"].items():
        for verb, call in calls.items():
            if verb in ("get", "post"):
                assert call.get("summary"), path
                assert call.get("tags"), path


def test_answers_are_as_documented(standing: FlaskClient, subtests: pytest.Subtests) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", standing.application).exclude(path=sorted(BY_HAND))
    headers = {"Authorization": standing.environ_base["HTTP_AUTHORIZATION"], "Accept-Language": "en"}
    checks = [status_code_conformance, content_type_conformance, response_schema_conformance]
    asked = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        with subtests.test(operation.label):

            @settings(
                max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck)
            )
            @given(case=operation.as_strategy())
            def ask(case: Case[Any]) -> None:
                answer = case.call(headers=headers)
                assert answer.status_code < 500, answer.text
                case.validate_response(answer, checks=checks)

            ask()
            asked += 1
    assert asked >= 17
