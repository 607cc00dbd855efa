"""What each action's body holds, made from the workflow's table: its fields, which of them are needed, and of what kind."""

from typing import Annotated, Any, Literal

from pydantic import Field, create_model, model_validator
from sqlalchemy.orm import Session

from gridmap.api.fields import DatumField, Latitude, Longitude, Moment, Strictly, Text
from gridmap.cases.categories import CategoryKey
from gridmap.cases.tasks import Addressee
from gridmap.cases.workflow import TABLE, Action
from gridmap.desk.acting.told import Spot, Told
from gridmap.errors import Fault, Invalid, NotFound, msg
from gridmap.geo.datum import to_wgs84
from gridmap.people import lookup as people
from gridmap.people.models import Team

Words = Annotated[Text, Field(min_length=1, max_length=2000)]
Key = Annotated[int, Field(ge=1, le=2**62)]


class To(Strictly):
    """Whom a case is handed to: a person by staff number, a department by code, or a micro-grid's team."""

    person: Annotated[Text | None, Field(max_length=100)] = None
    department: Annotated[Text | None, Field(max_length=100)] = None
    grid: Annotated[Text | None, Field(pattern=r"^[0-9]{15}$")] = None
    team: Team | None = None

    @model_validator(mode="after")
    def _one(self) -> "To":
        given = [self.person is not None, self.department is not None, self.grid is not None and self.team is not None]
        if sum(given) != 1 or (self.grid is None) != (self.team is None):
            raise ValueError(msg("Name one person, one department, or one grid with its team"))
        return self

    def addressee(self, session: Session) -> Addressee:
        """As tasks know it; `NotFound` when there is no such person or department."""
        if self.person is not None:
            return Addressee(person_id=people.person(session, self.person).id)
        if self.department is not None:
            return Addressee(department_id=people.department(session, self.department).id)
        return Addressee(team=(str(self.grid), str(self.team)))


class CategoryField(Strictly):
    """A small class of a published standard."""

    standard_ref: Annotated[Text, Field(max_length=100)]
    kind: Literal["component", "matter"]
    code: Annotated[Text, Field(max_length=20)]


class LocationField(Strictly):
    """Where the case really is."""

    lon: Longitude
    lat: Latitude
    datum: DatumField
    address: Annotated[Text | None, Field(max_length=500)] = None


FIELDS: dict[str, Any] = {
    "reason": Words,
    "result": Words,
    "text": Words,
    "note": Words,
    "reply": Annotated[Text, Field(min_length=1, max_length=500, description="what reporters are told of the outcome")],
    "notes": Words,
    "decision": Words,
    "task": Annotated[Key, Field(description="which task, where several of the case are yours")],
    "to": Annotated[list[To], Field(min_length=1, max_length=10)],
    "evidence": Annotated[list[Key], Field(min_length=1, max_length=50, description="ids of what was uploaded before")],
    "participants": Annotated[list[Annotated[Text, Field(min_length=1, max_length=200)]], Field(min_length=1, max_length=100)],
    "category": CategoryField,
    "condition": Annotated[Text, Field(max_length=200, description="the condition its limit hangs on, as the table has it")],
    "location": LocationField,
    "until": Moment,
    "request": Key,
    "granted": bool,
    "into": Annotated[Text, Field(max_length=40, description="number of the case it becomes part of")],
    "kind": Literal["overtime", "leader", "focus"],
    "supervision": Key,
    "reply_due_at": Moment,
    "mentions": Annotated[list[Annotated[Text, Field(max_length=100)]], Field(max_length=50)],
    "verdict": Literal["very_satisfied", "satisfied", "dissatisfied"],
    "score": Annotated[int, Field(ge=1, le=5)],
    "solved": bool,
}


def _body(action: Action) -> type[Strictly]:
    row = TABLE[action]
    fields: Any = {name: (FIELDS[name], ...) for name in row.needs}
    fields |= {name: (FIELDS[name] | None, None) for name in row.may}
    name = "".join(word.capitalize() for word in action.value.split("_"))
    return create_model(f"{name}Body", __base__=Strictly, __doc__=f"What `{action.value}` needs to be told.", **fields)


# A resident rates by a link, at an address of its own.
BODIES: dict[Action, type[Strictly]] = {action: _body(action) for action in Action if action is not Action.RATE}


def told(body: Strictly, session: Session) -> Told:
    """A body as the deed understands it: places in WGS-84, people and departments found.

    Raises:
        Invalid: somebody or something named is not there.
    """
    given = {name: value for name in type(body).model_fields if (value := getattr(body, name)) is not None}
    for name in ("evidence", "participants", "mentions"):
        if name in given:
            given[name] = tuple(given[name])
    if "to" in given:
        given["to"] = tuple(_found(to, place, session) for place, to in enumerate(given["to"]))
    if "category" in given:
        given["category"] = CategoryKey(**given["category"].model_dump())
    if "location" in given:
        at = given["location"]
        lon, lat = to_wgs84(at.datum, at.lon, at.lat)
        given["location"] = Spot(float(lon), float(lat), at.address)
    return Told(**given)


def _found(to: To, place: int, session: Session) -> Addressee:
    try:
        return to.addressee(session)
    except NotFound as error:
        raise Invalid(error.text, faults=[Fault(f"to.{place}", error.text, error.values)], **error.values) from error
