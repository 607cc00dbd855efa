"""What a plan comes to can be published as it is: what is in force afterwards is what was drawn."""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.accounts.caller import Caller
from gridmap.accounts.rights import Grant, Role
from gridmap.errors import Conflict, Invalid, NotFound
from gridmap.grids import lookup as grids
from gridmap.grids.change import ZoneDraft
from gridmap.grids.publishing import redraw
from gridmap.grids.rollback import reversal
from gridmap.grids.zones import Zone
from gridmap.plans import drafting, lookup, reviewing
from gridmap.plans.flaws import Limits
from gridmap.plans.models import Plan
from tests import callers, town
from tests.town import micro, spot


def planner(session: Session) -> Caller:
    grant = Grant(Role.PLANNER, town.TOWN)
    account = callers.account(session, grant)
    return Caller(f"account:{account.username}", account.id, grants=(grant,))


def shapes_in_force(session: Session) -> dict[str, bytes]:
    now = grids.publication_at(session)
    assert now is not None
    there = grids.micro_grids(session, *now)
    return {code: shape.normalize().wkb for code, shape in zip(there.codes, there.shapes, strict=True)}


def drawn(session: Session, plan: Plan) -> dict[str, bytes]:
    return {code: shape.normalize().wkb for code, shape in lookup.state(session, plan).children("").items()}


def whole(session: Session, plan: Plan) -> list[tuple[object, ...]]:
    """All a plan says where it stands, to the byte."""
    state = lookup.state(session, plan)
    grids = [draft for code in sorted(state.base.drafts.keys() | state.changed.keys()) if (draft := state.find(code)) is not None]
    there = [vars(one) for one in (*grids, *state.zones.values())]
    return [tuple({**one, "shape": one["shape"] and one["shape"].wkb}.values()) for one in there]


def zones_in_force(session: Session) -> list[ZoneDraft]:
    return [zone.draft for zone in session.scalars(select(Zone).where(func.upper_inf(Zone.valid)).order_by(Zone.code))]


DEEDS = [
    ("split", {"code": micro(2, 2), "line": [spot(0.9, 1.3), spot(2.1, 1.6)], "keep": "none"}),
    ("merge", {"codes": [micro(3, 1), micro(3, 2)]}),
    ("divide", {"code": micro(1, 3), "parts": 3}),
    ("move", {"moves": [{"from": spot(1, 1), "to": spot(1.1, 0.95)}]}),
    ("redraw", {"code": micro(2, 1), "outline": [spot(0.8, -1), spot(2.2, -1), spot(2.2, 0.7), spot(0.8, 0.7)]}),
    (
        "assign",
        {"piece": [spot(1.5, 2.5), spot(2.5, 2.5), spot(2.5, 2.8), spot(1.5, 2.8)], "code": micro(2, 3), "to": micro(3, 3)},
    ),
    ("rehome", {"code": micro(1, 2), "village": town.village(2)}),
    ("rename", {"code": town.village(1), "name": "新村"}),
    (
        "zone",
        {
            "name": "示例市场",
            "kind": "market",
            "target": micro(1, 1),
            "outline": [spot(0.6, 0.6), spot(1.4, 0.7), spot(1.2, 1.4)],
        },
    ),
    (
        "zone",
        {
            "name": "示例学校",
            "kind": "school",
            "target": micro(3, 3),
            "outline": [spot(2.2, 2.2), spot(2.6, 2.2), spot(2.6, 2.6)],
        },
    ),
    ("zone", {"code": f"{town.TOWN}Z001", "name": "示例新名", "outline": [spot(1.2, 1.2), spot(1.9, 1.2), spot(1.9, 1.9)]}),
    ("unzone", {"code": f"{town.TOWN}Z002"}),
]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(DEEDS), st.integers(1, len(DEEDS)))
def test_what_was_drawn_is_in_force(tiny_town: Session, deeds: list[tuple[str, dict[str, object]]], most: int) -> None:
    session = tiny_town
    with session.begin_nested() as nested:
        caller = planner(session)
        plan = drafting.make(session, "方案", town.TOWN, caller=caller)
        before, said = shapes_in_force(session), [whole(session, plan)]
        for deed, body in deeds[:most]:
            with suppress(Invalid, NotFound):  # A deed that no longer fits is left out.
                drafting.draw(session, plan, deed, body, caller=caller)
                said.append(whole(session, plan))
        zones = list(lookup.state(session, plan).zones.values())
        done = redraw(session, lookup.state(session, plan).change(), actor=caller.name)
        assert shapes_in_force(session) == drawn(session, plan)
        assert zones_in_force(session) == zones
        if done.publication is not None:  # A zone that came and went again leaves nothing to publish.
            redraw(session, reversal(session, done.publication), actor=caller.name, undoes=done.publication)
        assert (shapes_in_force(session), zones_in_force(session)) == (before, [])
        for earlier in said[-2::-1]:
            drafting.undo(session, plan, caller=caller)
            assert whole(session, plan) == earlier
        nested.rollback()


def test_a_published_plan_says_by_which_publication(tiny_town: Session) -> None:
    caller, other = planner(tiny_town), planner(tiny_town)
    plan = drafting.make(tiny_town, "方案", town.TOWN, caller=caller)
    drafting.draw(tiny_town, plan, "merge", {"codes": [micro(3, 1), micro(3, 2)]}, caller=caller)
    with pytest.raises(Conflict):
        reviewing.published(tiny_town, plan, 1, caller=caller)
    reviewing.submit(tiny_town, plan, Limits(), caller=caller)
    reviewing.approve(tiny_town, plan, Limits(), two_people=True, caller=other)
    reviewing.published(tiny_town, plan, plan.base_id, caller=other)
    assert (plan.stage, plan.publication_id) == ("published", plan.base_id)
