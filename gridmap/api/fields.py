"""Fields that several calls share, with the checks that keep nonsense out."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    Strict,
    StringConstraints,
)

from gridmap import clock
from gridmap.errors import msg
from gridmap.geo.datum import Datum
from gridmap.http.state import settings

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")
_LOST_PLUS = re.compile(r"(:\d{2}(?:\.\d+)?) (\d{2}:?\d{2})$")
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)


class Strictly(BaseModel):
    """A body whose unknown fields are errors: a misspelt field must not be lost silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _printable(text: str) -> str:
    if text.isprintable():  # Neither of the two is, and nearly every text is.
        return text
    if "\x00" in text:
        raise ValueError(msg("This text holds a NUL character"))
    if _HALF_A_PAIR.search(text):
        raise ValueError(msg("This text holds half a surrogate pair, which is no character"))
    return text


def _trimmed(text: str) -> str:
    # Spaces around it are nobody's: files lose them too, and what was exported must be known again when it is loaded.
    return _printable(text).strip()


def _is_text(value: Any) -> Any:
    # Pydantic would take a bare number, also one in quotes, for seconds since 1970.
    if not isinstance(value, str) or not _MOMENT.match(value):
        raise ValueError(msg("This must be a moment in ISO 8601 with its zone, such as 2026-11-22T21:05:00+08:00"))
    return value


def _with_its_plus(value: Any) -> Any:
    # In an address a plus sign that nobody encoded arrives as a space.
    return _LOST_PLUS.sub(r"\1+\2", value) if isinstance(value, str) else value


def _not_ancient(moment: datetime) -> datetime:
    if moment < OLDEST:
        raise ValueError(msg("This moment lies before the year 2000"))
    return moment


def _come(moment: datetime) -> datetime:
    now = clock.now()
    if moment > now + timedelta(minutes=settings().future_minutes):
        text = msg("This moment lies in the future (now %(now)s); what will be so then nobody knows yet")
        raise ValueError(text, {"now": now.isoformat(timespec="seconds")})
    return min(moment, now)


def _without_bars(value: Any) -> Any:
    # Python and pydantic read 1_2 as twelve, which nobody who writes a number in an address means.
    if isinstance(value, str) and "_" in value:
        raise ValueError(msg("This must be a number"))
    return value


def _longitude(value: float) -> float:
    if not -180 <= value <= 180:
        raise ValueError(msg("A longitude lies between -180 and 180, got %(value)s"), {"value": value})
    return value


def _latitude(value: float) -> float:
    if 90 < abs(value) <= 180:
        raise ValueError(msg("A latitude lies between -90 and 90, got %(value)s: are lon and lat swapped?"), {"value": value})
    if abs(value) > 90:
        raise ValueError(msg("A latitude lies between -90 and 90, got %(value)s"), {"value": value})
    return value


Text = Annotated[str, StringConstraints(strict=True), AfterValidator(_printable)]
Trimmed = Annotated[str, StringConstraints(strict=True), AfterValidator(_trimmed)]
Name = Annotated[Trimmed, Field(min_length=1, max_length=200)]
Moment = Annotated[AwareDatetime, BeforeValidator(_is_text), AfterValidator(_not_ancient)]
GRID_CODE = Field(pattern=r"^([0-9]{9}|[0-9]{12}|[0-9]{15})$")  # town, village, micro-grid
# One that has come; where the asker's clock runs ahead, by no more than GRIDMAP_FUTURE_MINUTES, it is now.
PastMoment = Annotated[Moment, AfterValidator(_come)]
Number = Annotated[FiniteFloat, Strict()]
Longitude = Annotated[Number, AfterValidator(_longitude), Field(description="degrees east", examples=[121.3946])]
Latitude = Annotated[Number, AfterValidator(_latitude), Field(description="degrees north", examples=[31.6309])]
Accuracy = Annotated[Number, Field(ge=0, le=50_000, description="metres within which the place is surely right")]
DatumField = Annotated[Datum, Field(description="the coordinates' datum; never guessed")]

# In a query everything is text, so numbers are parsed rather than demanded.
QueryMoment = Annotated[Moment, BeforeValidator(_with_its_plus)]
QueryPastMoment = Annotated[QueryMoment, AfterValidator(_come)]
QueryNumber = Annotated[FiniteFloat, BeforeValidator(_without_bars)]
QueryInteger = Annotated[int, BeforeValidator(_without_bars)]
QueryLongitude = Annotated[QueryNumber, AfterValidator(_longitude)]
QueryLatitude = Annotated[QueryNumber, AfterValidator(_latitude)]


def bounds(text: str | None) -> tuple[float, float, float, float] | None:
    """`west,south,east,north` in degrees WGS-84, as RFC 7946 orders a bbox."""
    if text is None:
        return None
    wrong = ValueError(msg("A bbox is four numbers in degrees, west,south,east,north: west at most east, south at most north"))
    try:
        west, south, east, north = (float(_without_bars(part)) for part in text.split(","))
    except ValueError:
        raise wrong from None
    if max(abs(south), abs(north)) > 90 >= max(abs(west), abs(east)):
        raise ValueError(msg("A bbox is west,south,east,north in degrees: are longitude and latitude swapped?"))
    # Written so that NaN fails too.
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise wrong
    return west, south, east, north


def checked(parse: Callable[[str | None], object]) -> AfterValidator:
    """A validator that lets text pass as it is, once `parse` takes it without a ValueError."""

    def check(text: str | None) -> str | None:
        parse(text)
        return text

    return AfterValidator(check)


Bbox = Annotated[str | None, checked(bounds), Field(examples=["121.3,31.5,121.5,31.7"])]
