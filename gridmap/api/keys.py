"""/api/v1/keys: the keys of machines. Kept by administrators of the whole town."""

from typing import Annotated, Literal

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap.accounts import keys
from gridmap.api.fields import Moment, Strictly, Text
from gridmap.api.shapes import Json
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import check, needs

bp = APIBlueprint("keys", __name__, url_prefix="/api/v1/keys", tag="Keys")
GoodFor = Literal["alerts", "read", "route", "metrics", "wall"]


class KeyBody(Strictly):
    """A key to be made."""

    name: Annotated[Text, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[GoodFor], Field(min_length=1, max_length=5)]
    expires_at: Moment | None = None


class KeyName(Strictly):
    """Which key."""

    name: Annotated[Text, Field(min_length=1, max_length=100)]


class KeyMade(BaseModel):
    """The secret, told only now."""

    name: str
    secret: str


class KeysAnswer(BaseModel):
    """Every key ever made, newest first, without its secret."""

    keys: list[Json]


@bp.get("")
@needs("keys.read")
@bp.output(KeysAnswer)
@bp.doc(summary="The keys of machines")
def get_keys() -> Response:
    """All of them, also those that are over."""
    check("keys.read")
    names = ("name", "scopes", "created_at", "expires_at", "revoked_at")
    return answer({"keys": [{name: getattr(key, name) for name in names} for key in keys.listing(db())]})


@bp.post("")
@needs("keys.manage")
@bp.input(KeyBody, arg_name="body")
@bp.output(KeyMade, status_code=201)
@bp.doc(summary="Make a key", responses={409: "A key of this name is in force"})
def post_key(body: KeyBody) -> Response:
    """Its secret is told this once."""
    actor = check("keys.manage").name
    secret = keys.create(db(), body.name, scopes=set(body.scopes), expires_at=body.expires_at, actor=actor)
    db().commit()
    return answer({"name": body.name, "secret": secret}, 201)


@bp.post("/revoke")
@needs("keys.manage")
@bp.input(KeyName, arg_name="body")
@bp.doc(summary="Refuse a key from now on", responses={204: "Revoked", 404: "No key of this name is in force"})
def post_revoke(body: KeyName) -> Response:
    """At once."""
    keys.revoke(db(), body.name, actor=check("keys.manage").name)
    db().commit()
    return Response(status=204)
