"""What each deed of drawing takes. Places are [longitude, latitude] in degrees WGS-84, as in GeoJSON."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from gridmap.api.alert_body import CategoryBody
from gridmap.api.fields import Latitude, Longitude, Number, Strictly, Text
from gridmap.errors import msg
from gridmap.grids.zones import CODE_DIGITS, ZoneKind
from gridmap.plans.operations.balancing import MOST_PARTS
from gridmap.plans.operations.proposing import MOST_GRIDS
from gridmap.plans.operations.splitting import Keep

Place = tuple[Longitude, Latitude]
Code = Annotated[Text, Field(pattern=r"^([0-9]{9}|[0-9]{12}|[0-9]{15})$", examples=["310151101203001"])]
ZoneCode = Annotated[Text, Field(pattern=CODE_DIGITS, examples=["310151101Z001"])]
Line = Annotated[list[Place], Field(min_length=2, max_length=5_000)]
Outline = Annotated[list[Place], Field(min_length=3, max_length=5_000)]
Called = Annotated[Text, Field(max_length=200)]
Weighted = tuple[Longitude, Latitude, Annotated[Number, Field(ge=0, le=1e9)]]


class OneMove(Strictly):
    """A corner and where it goes."""

    from_: Annotated[Place, Field(alias="from")]
    to: Place


class MoveBody(Strictly):
    """Corners to move, all at once."""

    moves: Annotated[list[OneMove], Field(min_length=1, max_length=500)]


class AddVertexBody(Strictly):
    """A corner more on an edge."""

    between: tuple[Place, Place]
    at: Place


class RemoveVertexBody(Strictly):
    """A corner to be taken away."""

    at: Place


class ReshapeBody(Strictly):
    """An arc and its new course, ends included."""

    arc: Annotated[Text, Field(pattern=r"^[0-9a-f]{16}$")]
    line: Line


class SplitBody(Strictly):
    """A grid and the line that cuts it."""

    code: Code
    line: Line
    keep: Keep = Keep.LARGEST


class DivideBody(Strictly):
    """A grid, into how many parts, and what weighs; without points its area does."""

    code: Code
    parts: Annotated[int, Field(ge=2, le=MOST_PARTS, strict=True)]
    points: Annotated[list[Weighted], Field(default_factory=list, max_length=20_000)]
    lines: Annotated[list[Line], Field(default_factory=list, max_length=500)]
    keep: Keep = Keep.LARGEST


class ProposeBody(Strictly):
    """A village, how many micro-grids it shall have, and what weighs."""

    village: Code
    parts: Annotated[int, Field(ge=2, le=MOST_GRIDS, strict=True)]
    points: Annotated[list[Weighted], Field(default_factory=list, max_length=20_000)]
    lines: Annotated[list[Line], Field(default_factory=list, max_length=500)]


class MergeBody(Strictly):
    """Grids to be one, and which of them goes on."""

    codes: Annotated[list[Code], Field(min_length=2, max_length=100)]
    into: Code | None = None


class OutlineBody(Strictly):
    """A grid and an outline."""

    code: Code
    outline: Outline


class AssignBody(Strictly):
    """A piece of a grid, and the neighbour that gets it."""

    piece: Outline
    code: Code
    to: Code


class CodeBody(Strictly):
    """A grid."""

    code: Code


class NodeBody(Strictly):
    """Grids whose corners are to be the same."""

    codes: Annotated[list[Code], Field(min_length=1, max_length=100)]


class RenameBody(Strictly):
    """What a grid is called from now on."""

    code: Code
    name: Called
    name_en: Called = ""


class HeadBody(Strictly):
    """Who heads a grid from now on: somebody typed (an empty name: nobody), or the holder of a post."""

    code: Code
    head_name: Called | None = None
    head_phone: Annotated[Text, Field(max_length=40)] = ""
    post: Annotated[int | None, Field(ge=1, le=2**31 - 1, description="one of `…/heads`, instead of a name")] = None

    @model_validator(mode="after")
    def _one(self) -> "HeadBody":
        if (self.head_name is None) == (self.post is None):
            raise ValueError(msg("Say who it is: a name, or a post"))
        return self


class RenumberBody(Strictly):
    """A village, and which of its grids get new numbers; without any those that are new."""

    village: Code
    codes: Annotated[list[Code], Field(default_factory=list, max_length=999)]


class RehomeBody(Strictly):
    """A micro-grid and the village it goes to."""

    code: Code
    village: Code


class ZoneBody(Strictly):
    """A special zone: without `code` a new one, which needs all but `name_en` and `takes`; with it, what changes."""

    code: ZoneCode | None = None
    name: Called | None = None
    name_en: Called | None = None
    kind: ZoneKind | None = None
    takes: Annotated[
        list[CategoryBody] | None,
        Field(max_length=100, description="small classes, or large ones by their first two digits; none: every case"),
    ] = None
    target: Code | None = None
    outline: Outline | None = None


class ZoneCodeBody(Strictly):
    """A special zone."""

    code: ZoneCode


BODIES: Mapping[str, type[Strictly]] = {
    "move": MoveBody,
    "add_vertex": AddVertexBody,
    "remove_vertex": RemoveVertexBody,
    "reshape": ReshapeBody,
    "split": SplitBody,
    "divide": DivideBody,
    "propose": ProposeBody,
    "merge": MergeBody,
    "redraw": OutlineBody,
    "assign": AssignBody,
    "absorb": OutlineBody,
    "trim": CodeBody,
    "node": NodeBody,
    "untangle": CodeBody,
    "rename": RenameBody,
    "head": HeadBody,
    "renumber": RenumberBody,
    "rehome": RehomeBody,
    "zone": ZoneBody,
    "unzone": ZoneCodeBody,
}


def told(body: Strictly) -> dict[str, Any]:
    """A body as steps keep it."""
    return body.model_dump(mode="json", by_alias=True, exclude_defaults=True)
