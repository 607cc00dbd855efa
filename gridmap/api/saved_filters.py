"""Filters of the case list that the caller keeps under names."""

from typing import Annotated

from apiflask import APIBlueprint
from flask import Response
from pydantic import BaseModel, Field

from gridmap.accounts import filters
from gridmap.api.fields import Strictly, Text
from gridmap.errors import Invalid, msg
from gridmap.http import who
from gridmap.http.json import answer
from gridmap.http.state import db
from gridmap.http.who import needs

bp = APIBlueprint("saved_filters", __name__, url_prefix="/api/v1/filters", tag="Tasks")
MOST_LETTERS = 60


class FilterBody(Strictly):
    """A filter as the map's address writes it."""

    filter: Annotated[Text, Field(max_length=1000, examples=["queue=overdue&grid=310151101203"])]


class FilterAnswer(FilterBody):
    """… and its name."""

    name: str


class FiltersAnswer(BaseModel):
    """The caller's filters by name."""

    filters: list[FilterAnswer]


@bp.get("")
@needs("filters.own")
@bp.output(FiltersAnswer)
@bp.doc(summary="My filters")
def get_filters() -> Response:
    """All of them."""
    return _all()


@bp.put("/<name>")
@needs("filters.own")
@bp.input(FilterBody, arg_name="body")
@bp.output(FiltersAnswer)
@bp.doc(summary="Keep a filter under a name", responses={409: "Too many"})
def put_filter(name: str, body: FilterBody) -> Response:
    """Keep it; the same name again replaces what was there."""
    if not name.strip() or len(name) > MOST_LETTERS:
        raise Invalid(msg("A filter's name has 1 to %(most)s characters"), field="name", most=MOST_LETTERS)
    filters.save(db(), who.account().account_id, name.strip(), body.filter)
    db().commit()
    return _all()


@bp.delete("/<name>")
@needs("filters.own")
@bp.output(FiltersAnswer)
@bp.doc(summary="Forget a filter")
def delete_filter(name: str) -> Response:
    """Forget it; where there is none, nothing changes."""
    filters.remove(db(), who.account().account_id, name.strip())
    db().commit()
    return _all()


def _all() -> Response:
    mine = filters.saved(db(), who.account().account_id)
    return answer({"filters": [{"name": one.name, "filter": one.filter} for one in mine]})
