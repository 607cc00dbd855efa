"""What answers about people look like. Names, phones and addresses are null for whoever may not see them."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

from flask import Response
from pydantic import BaseModel, Field

from gridmap.accounts.rights import Scope
from gridmap.api.fields import Moment, Strictly, Text
from gridmap.api.shapes import Json
from gridmap.grids.family import Called
from gridmap.http.conditional import tagged
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import may
from gridmap.people import lookup, registering
from gridmap.people.duty import OnDuty
from gridmap.people.lookup import Held
from gridmap.people.models import DutyKind, Person, PostKind
from gridmap.people.roster import Rostered

READ = "people.read"
Reason = Annotated[Text, Field(max_length=500, description="needed where something in the past is changed")]
CLASHES = {404: "No such thing", 409: "It clashes with what stands; the detail says with what and when"}
CONDITIONAL = {**CLASHES, 412: "It changed since the caller saw it", 428: "If-Match is missing"}


class Kind(BaseModel):
    """A kind of post or duty."""

    code: str
    name: str
    name_en: str


class PersonAnswer(BaseModel):
    """Somebody; what the caller may not see is null."""

    ref: str
    name: str | None
    name_en: str | None
    phone: str | None
    phone_public: bool | None
    email: str | None
    left_at: datetime | None
    barred_at: datetime | None = Field(description="since when their account is disabled: they are given no work")


class PostAnswer(BaseModel):
    """A post and its duties at the moment asked for."""

    id: int
    person: PersonAnswer
    grid: str
    kind: Kind
    team: str | None = Field(description="management, work or volunteer; null for heads")
    since: datetime
    until: datetime | None
    duties: list[Kind]


class OnDutyAnswer(BaseModel):
    """Somebody on duty."""

    ref: str
    name: str | None
    name_en: str | None
    post: str
    team: str | None
    until: datetime | None
    reason: str = Field(description="shift, swap, head, village_head or town_head")


class TurnAnswer(BaseModel):
    """One turn of a roster."""

    shift: int
    day: date
    begins: datetime
    ends: datetime
    post: int
    kind: Kind
    team: str | None
    person: PersonAnswer
    exception: Json | None = Field(description="id, reason, swap and substitute (null: nobody comes) where one was made")


class EndBody(Strictly):
    """When something ends; now, unless said otherwise."""

    at: Moment | None = None
    reason: Reason = ""


class WhyBody(Strictly):
    """Why something is taken back."""

    reason: Reason = ""


class PersonCard(PersonAnswer):
    """Somebody with every post they hold, held or will hold."""

    posts: list[Json]


class MadeAnswer(BaseModel):
    """The id of what was made, or ended."""

    id: int


def sees(code: str) -> bool:
    """Whether whoever asks may see the people of a grid."""
    return may(READ, Scope(code))


def kind(found: PostKind | DutyKind) -> Json:
    """A kind as answers tell it."""
    return {"code": found.code, "name": found.name, "name_en": found.name_en}


def person(someone: Person, *, seen: bool) -> Json:
    """Somebody, all but the staff number left out unless `seen`."""
    facts: dict[str, Any] = {name: getattr(someone, name) for name in PersonAnswer.model_fields}
    return facts if seen else {**dict.fromkeys(facts), "ref": someone.ref}


def post(held: Held, *, seen: bool) -> Json:
    """A post with its holder."""
    return {
        "id": held.post.id,
        "person": person(held.person, seen=seen),
        "grid": held.post.grid_code,
        "kind": kind(held.kind),
        "team": held.post.team,
        "since": held.post.valid.lower,
        "until": held.post.valid.upper,
        "duties": [kind(duty) for duty in held.duties],
    }


def head(grid: Called, at: datetime | None = None) -> Json:
    """Who heads a grid (now, or at `at`), with their duties; where nobody holds that post, whom the grids' own file names."""
    held = lookup.teams(db(), grid.code, at).head
    names = {"name": grid.head_name, "name_en": "", "phone": grid.head_phone}
    if held is not None:
        names = {name: getattr(held.person, name) for name in names}
    duties = [kind(duty) | {"head_function": duty.head_function} for duty in held.duties] if held else []
    return (names if sees(grid.code) else dict.fromkeys(names, "")) | {"duties": duties}


def on_duty(one: OnDuty, *, seen: bool) -> Json:
    """Somebody on duty."""
    names = {"name": one.name, "name_en": one.name_en} if seen else {"name": None, "name_en": None}
    return {"ref": one.ref, **names, "post": one.post, "team": one.team, "until": one.until, "reason": one.reason}


def turn(one: Rostered, *, seen: bool) -> Json:
    """One turn of a roster."""
    decided = one.exception and {
        "id": one.exception.id,
        "reason": one.exception.reason if seen else None,
        "swap": str(one.exception.swap) if one.exception.swap else None,
        "substitute": person(one.substitute, seen=seen) if one.substitute else None,
    }
    return {
        "shift": one.shift.id,
        "day": one.day.isoformat(),
        "begins": one.begins.astimezone(UTC),
        "ends": one.ends.astimezone(UTC),
        "post": one.post.id,
        "kind": kind(one.kind),
        "team": one.post.team,
        "person": person(one.person, seen=seen),
        "exception": decided,
    }


def card(someone: Person, status: int = 200) -> Response:
    """Somebody with every post they hold, held or will hold; the ETag is what If-Match of a change names."""
    posts = [
        {
            "id": held.id,
            "grid": held.grid_code,
            "kind": kind(sort),
            "team": held.team,
            "since": held.valid.lower,
            "until": held.valid.upper,
            "duties": [kind(d) | {"since": duty.valid.lower, "until": duty.valid.upper} for duty, d in duties],
        }
        for held, sort, duties in lookup.posts_of(db(), someone.id)
    ]
    return tagged(answer(person(someone, seen=True) | {"posts": posts}, status), registering.TOPIC, someone.ref)


def changes(body: BaseModel) -> Json:
    """What a body asks to be changed: what it leaves out, or names null, stays."""
    return {name: value for name, value in body.model_dump(exclude_unset=True).items() if value is not None}


def made(made_id: int, topic: str, subject: str) -> Response:
    """The answer to a deed that made something of `subject`'s."""
    return tagged(answer({"id": made_id}, 201), topic, subject)
