"""Line departments: contacts, who belongs to them, and the deeds that change it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.api import staff_shapes as shapes
from gridmap.api.fields import Moment, Strictly, Text
from gridmap.api.shapes import Json
from gridmap.api.staff_shapes import CLASHES, CONDITIONAL, EndBody, MadeAnswer, Reason
from gridmap.cases import owning
from gridmap.cases.categories import CategoryKey
from gridmap.errors import NotFound, msg
from gridmap.http.conditional import seen, tagged
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import check, may, needs
from gridmap.people import departments, lookup
from gridmap.people.models import Department, DepartmentPost, Person

CHANGE = "department.change"
TOPIC = departments.TOPIC
bp = APIBlueprint("departments", __name__, url_prefix="/api/v1/departments", tag="Departments")
_FACTS = ("id", "code", "name", "name_en", "phone", "address", "closed_at")


class DepartmentBody(Strictly):
    """A department to be made."""

    code: Annotated[Text, Field(max_length=40, description="small letters, digits, hyphens; never changes")]
    name: Annotated[Text, Field(min_length=1, max_length=100)]
    name_en: Annotated[Text, Field(max_length=100)] = ""
    phone: Annotated[Text, Field(max_length=40)] = ""
    address: Annotated[Text, Field(max_length=200)] = ""


class DepartmentChange(Strictly):
    """What to change; what is left out stays."""

    name: Annotated[Text, Field(min_length=1, max_length=100)] | None = None
    name_en: Annotated[Text, Field(max_length=100)] | None = None
    phone: Annotated[Text, Field(max_length=40)] | None = None
    address: Annotated[Text, Field(max_length=200)] | None = None


class PlaceBody(Strictly):
    """Somebody who is to belong to a department."""

    ref: Annotated[Text, Field(max_length=40)]
    leader: Annotated[bool, Field(strict=True)] = False
    since: Moment | None = None
    until: Moment | None = None
    reason: Reason = ""


class CategoryBody(Strictly):
    """A category by its lasting key."""

    standard_ref: Annotated[Text, Field(max_length=100)]
    kind: Literal["component", "matter"]
    code: Annotated[Text, Field(max_length=20)]


class OwnedBody(Strictly):
    """All the categories a department is to answer for."""

    categories: Annotated[tuple[CategoryBody, ...], Field(max_length=5000)]


class CloseBody(Strictly):
    """Why a department is closed."""

    reason: Annotated[Text, Field(min_length=1, max_length=500)]


class DepartmentAnswer(BaseModel):
    """A department; its people only for those in whose scope it is."""

    id: int
    code: str
    name: str
    name_en: str
    phone: str
    address: str
    closed_at: datetime | None
    people: list[Json] | None


class OwnedAnswer(BaseModel):
    """The categories a department answers for."""

    categories: list[CategoryBody]


class DepartmentsAnswer(BaseModel):
    """The departments by code."""

    departments: list[DepartmentAnswer]


def _told(found: Sequence[Department]) -> list[Json]:
    staff = lookup.staff(db(), [one.id for one in found], clock.now())
    return [
        {name: getattr(one, name) for name in _FACTS}
        | {"people": _people(staff.get(one.id, [])) if may(shapes.READ, Scope(None, frozenset({one.id}))) else None}
        for one in found
    ]


def _people(places: Sequence[tuple[DepartmentPost, Person]]) -> list[Json]:
    return [
        {"id": place.id, "leader": place.leader, "since": place.valid.lower, "person": shapes.person(person, seen=True)}
        for place, person in places
    ]


def _one(code: str, status: int = 200) -> Response:
    return tagged(answer(_told([lookup.department(db(), code)])[0], status), TOPIC, code)


@bp.get("")
@needs("map.read")
@bp.output(DepartmentsAnswer)
@bp.doc(summary="Departments")
def get_departments() -> Response:
    """Those that are open."""
    response = answer({"departments": _told(lookup.departments(db()))})
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@bp.get("/<code>")
@needs("map.read")
@bp.output(DepartmentAnswer)
@bp.doc(summary="One department", description="ETag: what If-Match of a change names.", responses={404: "No such department"})
def get_department(code: str) -> Response:
    """One department, closed ones too."""
    return _one(code)


@bp.post("")
@needs(CHANGE)
@bp.input(DepartmentBody, arg_name="body")
@bp.output(DepartmentAnswer, status_code=201)
@bp.doc(summary="Make a department", responses=CLASHES)
def post_department(body: DepartmentBody) -> Response:
    """A department nobody belongs to yet."""
    departments.make(db(), body.code, body.model_dump(exclude={"code"}), actor=check(CHANGE).name)
    db().commit()
    return _one(body.code, 201)


@bp.patch("/<code>")
@needs(CHANGE)
@bp.input(DepartmentChange, arg_name="body")
@bp.output(DepartmentAnswer)
@bp.doc(summary="Change a department", responses=CONDITIONAL)
def patch_department(code: str, body: DepartmentChange) -> Response:
    """The department, changed."""
    departments.locked(db(), code)
    seen(TOPIC, code)
    departments.change(db(), code, shapes.changes(body), actor=check(CHANGE).name)
    db().commit()
    return _one(code)


@bp.post("/<code>/close")
@needs(CHANGE)
@bp.input(CloseBody, arg_name="body")
@bp.output(DepartmentAnswer)
@bp.doc(summary="Close a department for good", responses=CONDITIONAL)
def close(code: str, body: CloseBody) -> Response:
    """The department, closed."""
    departments.locked(db(), code)
    seen(TOPIC, code)
    departments.close(db(), code, reason=body.reason, actor=check(CHANGE).name)
    db().commit()
    return _one(code)


def _owned(code: str) -> Response:
    found = owning.owned(db(), lookup.department(db(), code).id)
    return tagged(answer({"categories": [key._asdict() for key in found]}), TOPIC, code)


@bp.get("/<code>/categories")
@needs("map.read")
@bp.output(OwnedAnswer)
@bp.doc(summary="What a department answers for", responses={404: "No such department"})
def get_categories(code: str) -> Response:
    """The categories whose cases are handed to it first."""
    return _owned(code)


@bp.put("/<code>/categories")
@needs(CHANGE)
@bp.input(OwnedBody, arg_name="body")
@bp.output(OwnedAnswer)
@bp.doc(
    summary="Say what a department answers for", description="All of it; what is left out is its no more.", responses=CONDITIONAL
)
def put_categories(code: str, body: OwnedBody) -> Response:
    """The categories, as they are now."""
    actor = check(CHANGE).name
    departments.locked(db(), code)
    seen(TOPIC, code)
    owning.own(db(), code, [CategoryKey(**one.model_dump()) for one in body.categories], actor=actor)
    db().commit()
    return _owned(code)


@bp.post("/<code>/people")
@needs(CHANGE)
@bp.input(PlaceBody, arg_name="body")
@bp.output(MadeAnswer, status_code=201)
@bp.doc(summary="Let somebody belong to a department", responses=CLASHES)
def bring_in(code: str, body: PlaceBody) -> Response:
    """Their place."""
    facts = body.model_dump(exclude={"ref"})
    place = departments.bring_in(db(), code, body.ref, actor=check(CHANGE).name, **facts)
    db().commit()
    return shapes.made(place.id, TOPIC, code)


@bp.post("/<code>/people/<int(max=2147483647):place_id>/end")
@needs(CHANGE)
@bp.input(EndBody, arg_name="body")
@bp.output(DepartmentAnswer)
@bp.doc(summary="End somebody's place in a department", responses=CONDITIONAL)
def take_out(code: str, place_id: int, body: EndBody) -> Response:
    """The department without them."""
    department = departments.locked(db(), code)
    if lookup.department_of_place(db(), place_id) != department.id:
        raise NotFound(msg("Nobody has this place in a department"))
    seen(TOPIC, code)
    departments.take_out(db(), place_id, at=body.at, reason=body.reason, actor=check(CHANGE).name)
    db().commit()
    return _one(code)
