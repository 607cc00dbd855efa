"""The OpenAPI document, completed: every error is a problem (RFC 9457), of one schema, in one media type."""

import re
from typing import Any

from apiflask import APIFlask

from gridmap.accounts.rights import RIGHTS
from gridmap.http.problems import PROBLEM

_TEXT = {"type": "string"}
_SCHEMA = {
    "type": "object",
    "description": "What went wrong (RFC 9457), in the language asked for; `errors` names the fields.",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
    "properties": {
        "state": {"type": "string", "description": "how the case stands, where an action was refused"},
        "version": {"type": "integer", "description": "its version"},
        "holder": {"type": ["string", "null"], "description": "who has accepted a task of it, where the caller may know"},
        "base": {"type": ["integer", "null"], "description": "the publication a change was drawn on"},
        "newest": {"type": ["integer", "null"], "description": "the newest publication"},
        "codes": {"type": "array", "items": _TEXT, "description": "the grids that others have redrawn since"},
        "allowed": {"type": "array", "items": _TEXT, "description": "the actions the caller may do instead"},
        "who": {"type": "object", "description": "who may do which action as the case stands"},
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
_NOBODY = "Neither signed in nor a key in force"
_MAY_NOT = "Whoever asks may not do this (x-deed), or not here; a form's CSRF token is missing"
_SCHEMES = {
    "Key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key with the scope x-key-scope, made by `gridmap keys create NAME`.",
    },
    "Session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "gridmap_session",
        "description": "Signed in, with one of x-roles. Changes also carry the header X-CSRFToken (see /api/v1/me).",
    },
}
_VERBS = ("get", "post", "put", "patch", "delete")


def complete(app: APIFlask) -> None:
    """Let the document of `app` tell its errors as they are, and who may do what."""

    @app.spec_processor
    def completed(spec: dict[str, Any] | str) -> dict[str, Any] | str:
        if isinstance(spec, str):  # YAML, which nobody asks for.
            return spec
        _tell_rights(spec, _deeds(app))
        return _with_problems(spec)


def _deeds(app: APIFlask) -> dict[tuple[str, str], str]:
    """The deed of each call that has one, by path and verb as the document writes them."""
    found = {}
    for rule in app.url_map.iter_rules():
        deed = getattr(app.view_functions[rule.endpoint], "deed", None)
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        found.update({(path, verb.lower()): deed for verb in rule.methods or () if deed})
    return found


def _tell_rights(spec: dict[str, Any], deeds: dict[tuple[str, str], str]) -> None:
    components = spec.setdefault("components", {})
    components["securitySchemes"] = _SCHEMES
    for path, calls in spec["paths"].items():
        for verb in calls.keys() & set(_VERBS):
            deed = deeds.get((path, verb))
            if deed is None:
                calls[verb]["security"] = []
                continue
            right, call = RIGHTS[deed], calls[verb]
            call["x-deed"], call["x-roles"] = deed, sorted(right.roles)
            call["security"] = [{"Session": []}]
            if right.key_scopes:
                call["x-key-scope"] = " ".join(right.key_scopes)
                call["security"].insert(0, {"Key": []})
            call["responses"].setdefault("401", {"description": _NOBODY})
            call["responses"].setdefault("403", {"description": _MAY_NOT})


def _with_problems(spec: dict[str, Any]) -> dict[str, Any]:
    spec.setdefault("components", {}).setdefault("schemas", {})["Problem"] = _SCHEMA
    # Several blueprints may serve one noun, but a tag is described once.
    spec["tags"] = list({tag["name"]: tag for tag in spec.get("tags", [])}.values())
    for calls in spec["paths"].values():
        for verb in calls.keys() & set(_VERBS):
            responses = calls[verb]["responses"]
            responses.setdefault("503", {"description": _AWAY})
            for status, response in responses.items():
                if str(status) >= "400":
                    response["content"] = _CONTENT
    return spec
