"""A draft goes onto other boundaries: where it does not meet what others drew both stay, and the ground stays a partition."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.plans import rebasing
from gridmap.plans.operations.merging import merge
from gridmap.plans.operations.naming import rename
from gridmap.plans.operations.splitting import split
from gridmap.plans.operations.zoning import unzone, zone
from gridmap.plans.renumbering import renumbered, taken
from gridmap.plans.state import Base, Delta, State
from tests import partitions, town
from tests.plans.drawing import flaws, ground_of, patchwork, ring, tiny
from tests.plans.test_partition_kept import FRAME_M2, LOST, drawn
from tests.town import micro


def published(state: State) -> tuple[Base, set[str]]:
    """What is in force once others have published `state`, and the codes they touched."""
    change = state.change()
    drafts = {code: draft for code, draft in state.base.drafts.items() if code not in change.retired} | dict(change.grids)
    known = state.base.known | drafts.keys() | state.zones.keys()
    return Base(2, drafts, known, state.zones), {*change.grids, *change.retired, *change.zones}


@settings(max_examples=25)
@given(partitions.partitions(), st.data())
def test_three_ways_into_one(shapes: list[partitions.Shape], data: st.DataObject) -> None:
    began = patchwork(shapes)
    mine, theirs = drawn(began, data, 3)[-1], drawn(began, data, 3)[-1]
    onto, since = published(theirs)
    met = rebasing.meeting(mine, onto, since)
    given_up = rebasing.giving_way(mine, met)
    after = rebasing.moved(mine, onto, rebasing.rebased(mine, onto, given_up))
    assert flaws(after) == []
    assert ground_of(after) == pytest.approx(FRAME_M2, abs=LOST)
    assert {code: after.find(code) for code in since} == {code: theirs.find(code) for code in since}
    kept = set(mine.touched()) - given_up
    assert {code: after.find(code) for code in kept} == {code: mine.find(code) for code in kept}
    assert set(after.touched()) <= kept
    assert given_up or not met


def merged(mine: State, theirs: State) -> tuple[State, list[str]]:
    """A plan taken onto what others have published, which gives way where both touched the same; and where that is."""
    onto, since = published(theirs)
    mine = replace(mine, base=replace(mine.base, known=onto.known))
    mine = mine.then(renumbered(mine, taken(mine, since)).step)
    met = rebasing.meeting(mine, onto, since)
    return rebasing.moved(mine, onto, rebasing.rebased(mine, onto, rebasing.giving_way(mine, met))), met


def test_two_who_split_different_grids_of_a_village_both_stay() -> None:
    began = tiny()
    mine = began.then(split(began, micro(1, 1), ring((-0.1, 0.6), (1.1, 0.6))))
    mine = mine.then(market(mine, f"{town.village(1)}004", (0.6, 0.1)))
    theirs = began.then(split(began, micro(1, 3), ring((-0.1, 2.6), (1.1, 2.6))))
    after, met = merged(mine, theirs)
    assert met == []
    assert after.touched() == [micro(1, 1), f"{town.village(1)}005", micro(2, 1)]
    assert after.shape(f"{town.village(1)}004") == theirs.shape(f"{town.village(1)}004")
    assert after.shape(f"{town.village(1)}005") == mine.shape(f"{town.village(1)}004")
    assert after.origin(f"{town.village(1)}005") == (micro(1, 1),)
    assert [zone.target for zone in after.zones.values()] == [f"{town.village(1)}005"]
    assert flaws(after) == []


def market(state: State, target: str, at: tuple[float, float], code: str | None = None) -> Delta:
    x, y = at
    facts = {"name": "示例市场", "kind": "market", "target": target, "outline": ring((x, y), (x + 0.3, y), (x, y + 0.3))}
    return zone(state, code, facts)


def test_two_who_draw_a_zone_each_both_stay() -> None:
    began = tiny()
    mine = began.then(market(began, micro(1, 1), (0.2, 0.2)))
    theirs = began.then(market(began, micro(3, 3), (2.2, 2.2)))
    after, met = merged(mine, theirs)
    assert (met, after.touched_zones()) == ([], [f"{town.TOWN}Z002"])
    assert [one.target for one in after.zones.values()] == [micro(3, 3), micro(1, 1)]


@pytest.mark.parametrize("mine_changes", ["Z001", "Z002"])
def test_who_changes_the_same_zone_meets_and_who_changes_another_does_not(mine_changes: str) -> None:
    began = tiny()
    for at in ((0.2, 0.2), (2.2, 2.2)):
        began = began.then(market(began, micro(1, 1), at))
    began = State(published(began)[0], town.TOWN)
    code = f"{town.TOWN}{mine_changes}"
    mine = began.then(zone(began, code, {"target": micro(2, 2)}))
    theirs = began.then(unzone(began, f"{town.TOWN}Z001"))
    after, met = merged(mine, theirs)
    same = mine_changes == "Z001"
    assert met == ([code] if same else [])
    assert {one.code: one.target for one in after.zones.values()} == {f"{town.TOWN}Z002": micro(1, 1) if same else micro(2, 2)}


def test_what_lies_apart_stays_and_what_meets_gives_way_whole() -> None:
    began = tiny()
    mine = began.then(split(began, micro(1, 1), ring((0.5, -0.1), (0.5, 1.1))))
    mine = mine.then(merge(mine, [micro(3, 2), micro(3, 3)]))
    theirs = began.then(rename(began, micro(3, 3), "别人的新名"))
    onto, since = published(theirs)
    assert rebasing.meeting(mine, onto, since) == [micro(3, 3)]
    given_up = rebasing.giving_way(mine, [micro(3, 3)])
    assert given_up >= {micro(3, 2), micro(3, 3)}
    assert micro(1, 1) not in given_up
    after = rebasing.moved(mine, onto, rebasing.rebased(mine, onto, given_up))
    assert after.grid(micro(3, 3)).name == "别人的新名"
    assert after.shape(micro(3, 2)) == began.shape(micro(3, 2))
    assert after.shape(micro(1, 1)) == mine.shape(micro(1, 1))


def test_what_came_and_went_in_the_plan_is_as_it_is_in_force() -> None:
    began = tiny()
    mine = began.then(rename(began, micro(2, 2), "试试"))
    mine = mine.then(rename(mine, micro(2, 2), began.grid(micro(2, 2)).name))
    onto, since = published(began.then(rename(began, micro(2, 2), "别人的新名")))
    assert rebasing.meeting(mine, onto, since) == []
    after = rebasing.moved(mine, onto, rebasing.rebased(mine, onto, ()))
    assert after.touched() == []
    assert after.grid(micro(2, 2)).name == "别人的新名"


def test_a_new_grid_of_a_village_that_is_gone_meets() -> None:
    began = tiny()
    mine = began.then(split(began, micro(1, 1), ring((0.5, -0.1), (0.5, 1.1))))
    village = town.village(1)
    onto = replace(began.base, drafts={code: one for code, one in began.base.drafts.items() if code != village})
    assert rebasing.meeting(mine, onto, ()) == [code for code in mine.touched() if code.startswith(village)]
