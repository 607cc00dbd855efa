"""GET /api/v1/actions: the workflow's table as forms, so that pages ask for the fields the table asks for."""

from collections.abc import Mapping

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field, TypeAdapter

from gridmap.api.action_bodies import BODIES, FIELDS
from gridmap.api.shapes import Json
from gridmap.cases import categories
from gridmap.cases.workflow import TABLE
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import needs

bp = APIBlueprint("action_forms", __name__, url_prefix="/api/v1", tag="Actions")


class FieldAnswer(BaseModel):
    """One field of an action."""

    name: str
    needed: bool
    value: Json = Field(description="JSON Schema of what it holds")


class FormAnswer(BaseModel):
    """One action: from which states, and what it is told."""

    action: str
    states: list[str] = Field(description="from which it is possible, one's role and tasks apart")
    fields: list[FieldAnswer]


class FormsAnswer(BaseModel):
    """All actions, in the table's order."""

    actions: list[FormAnswer]


class CategoriesAnswer(BaseModel):
    """All categories: a standard's groups with their small classes, each with the conditions its limits hang on."""

    categories: list[Json]


@bp.get("/actions")
@needs("case.read")
@bp.output(FormsAnswer)
@bp.doc(summary="The actions and what each is told")
def get_actions() -> Response:
    """The workflow's table, for forms."""
    response = answer({"actions": list(FORMS.values())})
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


@bp.get("/categories")
@needs("case.read")
@bp.output(CategoriesAnswer)
@bp.doc(summary="Categories, with the conditions their limits hang on")
def get_categories() -> Response:
    """What a case may be classified as."""
    response = answer({"categories": categories.all_of_them(db())})
    response.headers["Cache-Control"] = "private, max-age=300"
    return response


def _forms() -> Mapping[str, Json]:
    schemas = {name: TypeAdapter(kind).json_schema() for name, kind in FIELDS.items()}
    return {
        action.value: {
            "action": action.value,
            "states": [state.value for state in TABLE[action].paths],
            "fields": [
                {"name": name, "needed": name in TABLE[action].needs, "value": schemas[name]}
                for name in (*TABLE[action].needs, *TABLE[action].may)
            ],
        }
        for action in BODIES
    }


FORMS = _forms()
