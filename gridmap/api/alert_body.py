"""What an alert looks like on the wire, and how it becomes one the desk understands."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from gridmap.api.fields import Accuracy, DatumField, Latitude, Longitude, Moment, Name, Strictly, Text, Trimmed
from gridmap.cases.categories import CategoryKey
from gridmap.desk.alerts import Incoming
from gridmap.errors import Fault, Invalid, msg
from gridmap.geo.datum import EQUAL_TO_WGS84, to_wgs84

LonLat = tuple[float, float]


class CategoryBody(Strictly):
    """A small class of a published standard."""

    standard_ref: Annotated[Name, Field(examples=["GB/T 47678.5-2026"])]
    kind: Literal["component", "matter"]
    code: Annotated[Name, Field(examples=["06010"])]


class LocationBody(Strictly):
    """A place. The datum must be named: between GCJ-02 and WGS-84 lie about 485 m here."""

    lon: Longitude
    lat: Latitude
    datum: DatumField


class MediaBody(Strictly):
    """A picture or recording, by its address; it is linked, never fetched."""

    url: Annotated[Text, Field(pattern=r"^(https?|rtsp)://", max_length=2000, examples=["http://camera.invalid/1.jpg"])]
    kind: Literal["image", "video", "audio", "other"] = "image"
    taken_at: Moment | None = None


class ReporterBody(Strictly):
    """Who reported it; shown only to those who handle the case, and asked how it went when it is done."""

    name: Annotated[Text, Field(max_length=100)] = ""
    phone: Annotated[Text, Field(max_length=40)] = ""
    email: Annotated[Text, Field(max_length=254, pattern=r"^$|^[^@\s]+@[^@\s]+$")] = ""


class AlertBody(Strictly):
    """An alert of a camera, a terminal, a hotline or a resident.

    The same (source, source_id) sent again is the same alert. Place: `location`, or `camera_id` (then the ground the
    camera looks at counts), or neither (the case waits in the unrouted tray).
    """

    source: Annotated[Name, Field(max_length=100, examples=["dahua"])]
    source_id: Annotated[Name, Field(examples=["2026112200017"])]
    occurred_at: Moment
    category: CategoryBody | None = None
    source_code: Annotated[Trimmed, Field(min_length=1, max_length=100, description="what the sender itself calls it")] | None = (
        None
    )
    location: LocationBody | None = None
    camera_id: Annotated[Trimmed, Field(min_length=1, max_length=40)] | None = None
    accuracy_m: Accuracy | None = None
    address: Annotated[Trimmed, Field(max_length=500)] = ""
    text: Annotated[Trimmed, Field(max_length=10_000)] = ""
    media: Annotated[list[MediaBody], Field(max_length=20, default_factory=list)]
    reporter: ReporterBody | None = None
    join: Annotated[bool, Field(strict=True, description="may join an open case of its category near by")] = True

    @model_validator(mode="after")
    def _accuracy_of_what(self) -> Self:
        if self.accuracy_m is not None and self.location is None:
            raise ValueError(msg("accuracy_m belongs to a location, and there is none"), {}, "accuracy_m")
        return self

    def incoming(self, payload: str, at: LonLat | None, *, now: datetime, ahead: timedelta) -> Incoming:
        """The alert for the desk; its place is `at` in WGS-84 (see `in_wgs84`), `payload` is kept as it came.

        Raises:
            Invalid: it happened in the future (further than a clock may run `ahead`).
        """
        if self.occurred_at > now + ahead:
            text = msg("occurred_at lies in the future: %(at)s; check the sender's clock (now %(now)s)")
            raise Invalid(text, field="occurred_at", at=self.occurred_at.isoformat(), now=now.isoformat(timespec="seconds"))
        lon, lat = at or (None, None)
        return Incoming(
            source=self.source,
            source_id=self.source_id,
            occurred_at=self.occurred_at.astimezone(UTC),
            payload=payload,
            category=CategoryKey(self.category.standard_ref, self.category.kind, self.category.code) if self.category else None,
            source_code=self.source_code,
            lon=lon,
            lat=lat,
            camera_id=self.camera_id,
            accuracy_m=self.accuracy_m,
            address=self.address,
            text=self.text,
            media=[medium.model_dump(mode="json") for medium in self.media],
            join=self.join,
            reporter=(self.reporter.name, self.reporter.phone, self.reporter.email) if self.reporter else None,
        )


def in_wgs84(places: Sequence[LocationBody | None]) -> list[LonLat | None]:
    """The places in WGS-84, those of one datum converted together: alone a conversion costs more than all the rest."""
    found: list[LonLat | None] = [(place.lon, place.lat) if place else None for place in places]
    for datum in {place.datum for place in places if place is not None} - EQUAL_TO_WGS84:
        where = [i for i, place in enumerate(places) if place is not None and place.datum is datum]
        lon, lat = np.array([found[i] for i in where]).T
        for i, *at in zip(where, *(degrees.tolist() for degrees in to_wgs84(datum, lon, lat)), strict=True):
            found[i] = (at[0], at[1])
    return found


def fault_facts(fault: Fault) -> dict[str, Any]:
    """A fault as a line of a batch's answer tells it (in English: machines read it)."""
    return {"field": fault.field, "message": str(fault)}
