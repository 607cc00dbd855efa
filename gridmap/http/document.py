"""The OpenAPI document, completed: every error is a problem (RFC 9457), of one schema, in one media type."""

from typing import Any

from apiflask import APIFlask

from gridmap.http.problems import PROBLEM

_TEXT = {"type": "string"}
_SCHEMA = {
    "type": "object",
    "description": "What went wrong (RFC 9457), in the language asked for; `errors` names the fields.",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "errors": {
            "type": "array",
            "items": {"type": "object", "required": ["field", "message"], "properties": {"field": _TEXT, "message": _TEXT}},
        },
    },
}
_CONTENT = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_AWAY = "The database is away or busy; try again after Retry-After"
_VERBS = ("get", "post", "put", "patch", "delete")


def complete(app: APIFlask) -> None:
    """Let the document of `app` tell its errors as they are."""
    app.spec_processor(_with_problems)


def _with_problems(spec: dict[str, Any] | str) -> dict[str, Any] | str:
    if isinstance(spec, str):  # YAML, which nobody asks for.
        return spec
    spec.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _SCHEMA
    for calls in spec["paths"].values():
        for verb in calls.keys() & set(_VERBS):
            responses = calls[verb]["responses"]
            responses.setdefault("503", {"description": _AWAY})
            for status, response in responses.items():
                if str(status) >= "400":
                    response["content"] = _CONTENT
    return spec
