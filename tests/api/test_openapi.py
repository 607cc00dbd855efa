"""The API describes itself. That its answers are as described, `tests/loop/test_every_role.py` asks of every call."""

from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator


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
