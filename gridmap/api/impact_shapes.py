"""The shape of an impact: what a publish changes, as JSON and as a table."""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import datetime

from pydantic import BaseModel, Field

from gridmap.accounts.rights import Scope
from gridmap.api.shapes import GridName, Json
from gridmap.desk.redrawing.impact import Change, Figures, Impact
from gridmap.grids.lookup import names
from gridmap.http.state import db
from gridmap.http.who import may

_BOM = "\ufeff"  # By which spreadsheets know UTF-8.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # A cell that begins so is computed by spreadsheets.


class FiguresAnswer(BaseModel):
    """A grid in numbers."""

    area_m2: float
    open_cases: int
    cases_90d: int = Field(description="received within 90 days, by the ground they lie on")
    at_risk: int = Field(description="open, and their limit has run out or will within 24 hours")
    cameras: int
    service_points: int
    circle_share: float | None = Field(description="share of the ground within service circles, 0 to 1")
    households: int | None = Field(description="by the last count; where ground changes hands, by shares of ground")
    people: int
    load: float | None = Field(description="open cases for each of them")
    polsby_popper: float = Field(description="4πA/P², 1 for a circle")
    reock: float = Field(description="share of the smallest circle around it")
    parts: int = Field(description="pieces that do not touch; 1 is contiguous")


class ChangeAnswer(BaseModel):
    """One grid before and after."""

    code: str
    name: str
    name_en: str
    before: FiguresAnswer | None
    after: FiguresAnswer | None


class HandsAnswer(BaseModel):
    """Something that changes grid."""

    id: str
    name: str
    name_en: str
    before: str | None
    after: str | None
    due_at: datetime | None
    zone: str | None = Field(description="the special zone that sends a case there, or sent it where it was")


class PostAnswer(BaseModel):
    """A post in a grid that ends; who holds it is null for those who see nobody there."""

    id: int
    grid: str
    kind: str
    kind_name: str
    kind_name_en: str
    ref: str | None
    name: str | None
    name_en: str | None


class ImpactAnswer(BaseModel):
    """All that a publish changes."""

    opened: list[str]
    closed: list[str]
    retired: list[str]
    renamed: list[str]
    zones: list[str] = Field(description="special zones that begin, change or end")
    grids: list[ChangeAnswer]
    cases: list[HandsAnswer] = Field(description="open cases that move")
    cameras: list[HandsAnswer]
    service_points: list[HandsAnswer]
    left: dict[str, int] = Field(description="grids that end and still have people, with how many")
    posts: list[PostAnswer] = Field(description="the posts in them, which have to be given elsewhere")
    told: int = Field(description="people who get a notice")
    names: dict[str, GridName] = Field(description="what the other grids are called that something goes from or to")


def impact_told(impact: Impact) -> Json:
    """An impact as answers tell it to the caller."""
    told: Json = asdict(impact) | {"names": _others(impact)}
    for post in told["posts"]:
        if not may("people.read", Scope(post["grid"])):
            post.update(ref=None, name=None, name_en=None)
    return told


def _others(impact: Impact) -> Json:
    """Names of grids that win or lose something and change no border: a special zone does that to them."""
    moving = [*impact.cases, *impact.cameras, *impact.service_points]
    codes = {code for one in moving for code in (one.before, one.after) if code} - {grid.code for grid in impact.grids}
    return {code: name._asdict() for code, name in names(db(), sorted(codes)).items()}


def as_csv(impact: Impact) -> str:
    """A row for each grid: every figure before and after, side by side."""
    names = [field.name for field in fields(Figures)]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["code", "name", "name_en", *(f"{name}_{when}" for name in names for when in ("before", "after"))])
    writer.writerows(_row(change, names) for change in impact.grids)
    return _BOM + out.getvalue()


def _row(change: Change, names: list[str]) -> Iterator[object]:
    yield from (change.code, _plain(change.name), _plain(change.name_en))
    before, after = (asdict(figures) if figures else {} for figures in (change.before, change.after))
    for name in names:
        yield from (before.get(name), after.get(name))


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
