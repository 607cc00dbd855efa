"""An alert on its way to its case: what the sender said, and what was found out about it so far. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from gridmap.cases.categories import CategoryKey, KnownCategory
from gridmap.cases.ground import Spot
from gridmap.cases.taking import Taken
from gridmap.routing.route import Route


@dataclass(slots=True)  # Not frozen: that would treble what it costs to make one.
class Incoming:
    """An alert whose words made sense. Degrees WGS-84; `payload` is its JSON text to the letter.

    `join` says whether it may join an open case of its category near by.
    """

    source: str
    source_id: str
    occurred_at: datetime
    payload: str
    category: CategoryKey | None = None
    source_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    camera_id: str | None = None
    accuracy_m: float | None = None
    address: str = ""
    text: str = ""
    media: list[dict[str, Any]] = field(default_factory=list)
    join: bool = True
    reporter: tuple[str, str, str] | None = None  # Name, phone, mail address; each may be empty.

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same alert when it comes again."""
        return self.source, self.source_id


class Relation(StrEnum):
    """What an alert did."""

    OPENED = "opened"
    JOINED = "joined"
    KNOWN = "known"


class Sketch(NamedTuple):
    """What of the case that an alert may open can be told before it does.

    Attributes:
        row: its columns, but for how it stands.
        copied: the same, as COPY takes it.
        kept: so also the alert's own row.
        alert: which alert it is, in JSON.
        geometry: its feature's, in JSON.
        said: members of its feature's properties, in JSON.
    """

    row: dict[str, Any]
    copied: bytes
    kept: bytes
    alert: orjson.Fragment
    geometry: bytes
    said: bytes


@dataclass(slots=True)
class Draft:
    """An alert on its way: what was found out about it so far."""

    alert: Incoming
    category: KnownCategory | None
    route: Route
    sketch: Sketch
    relation: Relation = Relation.OPENED
    taken: Taken | None = None
    joins: tuple[str, str] | None = None  # The key of an alert of this same chunk whose new case it joins.
    key: tuple[str, str] = field(init=False)  # Its alert's.
    spot: Spot | None = field(init=False)  # When place and category are known: then it can join, and others its case.

    def __post_init__(self) -> None:
        self.key = self.alert.key
        category, point = self.category, self.route.point
        self.spot = None if category is None or point is None else Spot(*point, category.id, self.alert.occurred_at)

    @property
    def category_id(self) -> int | None:
        """Of its category, if that is known."""
        return None if self.category is None else self.category.id

    @property
    def case(self) -> Taken:
        """The case it belongs to, once that is settled."""
        if self.taken is None:
            raise LookupError(f"{self.alert.key} has no case yet")
        return self.taken
