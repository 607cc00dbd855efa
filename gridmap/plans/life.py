"""The states a plan goes through, and what leads from one to another. Pure."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple

from gridmap.errors import Conflict, Term, msg


class Stage(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    PUBLISHED = "published"
    ABANDONED = "abandoned"


class Turn(StrEnum):
    """What brings a plan from one stage to another."""

    SUBMIT = "submit"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    PUBLISH = "publish"
    ABANDON = "abandon"


class Way(NamedTuple):
    """From where, and where to."""

    starts: frozenset[Stage]
    end: Stage


OPEN = frozenset({Stage.DRAFT, Stage.IN_REVIEW, Stage.APPROVED})
WAYS: Mapping[Turn, Way] = {
    Turn.SUBMIT: Way(frozenset({Stage.DRAFT}), Stage.IN_REVIEW),
    Turn.SEND_BACK: Way(OPEN - {Stage.DRAFT}, Stage.DRAFT),
    Turn.APPROVE: Way(frozenset({Stage.IN_REVIEW}), Stage.APPROVED),
    Turn.PUBLISH: Way(frozenset({Stage.APPROVED}), Stage.PUBLISHED),
    Turn.ABANDON: Way(OPEN, Stage.ABANDONED),
}
STAGES: Mapping[Stage, str] = {
    Stage.DRAFT: msg("a draft"),
    Stage.IN_REVIEW: msg("in review"),
    Stage.APPROVED: msg("approved"),
    Stage.PUBLISHED: msg("published"),
    Stage.ABANDONED: msg("abandoned"),
}


def after(stage: Stage, turn: Turn) -> Stage:
    """The stage a turn leads to; `Conflict` where it is not possible as the plan stands."""
    way = WAYS[turn]
    _check(stage, way.starts)
    return way.end


def check_open(stage: Stage) -> None:
    """`Conflict` where a plan is over: published already, or given up."""
    _check(stage, OPEN)


def _check(stage: Stage, wanted: Collection[Stage]) -> None:
    if stage not in wanted:
        raise Conflict(msg("The plan is %(stage)s; this is not possible now"), stage=Term(STAGES[stage]), facts={"stage": stage})


def possible(stage: Stage) -> list[Turn]:
    """What may be done with a plan at a stage."""
    return [turn for turn, way in WAYS.items() if stage in way.starts]


def check_drawable(stage: Stage) -> None:
    """`Conflict` unless the plan is a draft: what is looked at by others must not change under their eyes."""
    if stage != Stage.DRAFT:
        raise Conflict(
            msg("The plan is %(stage)s: only drafts are drawn on; send it back first"),
            stage=Term(STAGES[stage]),
            facts={"stage": stage},
        )
