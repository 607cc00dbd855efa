"""Crowds count exactly, whatever the places; colours are those of the rule; a tile stays small however much it holds."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.cases.states import OPEN_STATES, State, urgency
from gridmap.geo.squares import SIDE, Tile
from gridmap.maps.crowds.columns import NEVER, NONE, STATES, Columns, micros, ordered
from gridmap.maps.crowds.gathering import APART_FROM, MOST_APART, Gathered, gather, within
from gridmap.maps.crowds.sifting import Tone, tones

AT = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)
PLACES = st.tuples(st.floats(-180, 180), st.floats(-90, 90)) | st.tuples(st.floats(121.4, 121.41), st.floats(31.6, 31.61))
MOMENTS = st.integers(0, 10 * 365 * 86_400_000_000).map(
    lambda later: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=later)
)


def columns(places: list[tuple[float, float]], **facts: list[int]) -> Columns:
    lon, lat = np.array(places, dtype=np.float64).reshape(-1, 2).T
    usual = {
        "state": STATES[State.DISCOVERED],
        "received": 0,
        "due": NEVER,
        "done": NEVER,
        "grid": NONE,
        "category": NONE,
        "source": 0,
    }
    given_ = {name: np.array(facts.get(name, [value] * len(places)), dtype=np.int64) for name, value in usual.items()}
    return ordered({"id": np.arange(len(places)), "lon": lon, "lat": lat, **given_})


def gathered(cases: Columns, tile: Tile) -> Gathered:
    """In two parts, as open and ended cases come."""
    parts = [within(cases.part(cases.id % 2 == one), tile) for one in (0, 1)]
    return gather([(part, tones(part, AT)) for part in parts], tile)


def tiles_with_cases(cases: Columns, z: int) -> list[Tile]:
    corners = {(int(x) * 2**z // SIDE, int(y) * 2**z // SIDE) for x, y in zip(cases.x, cases.y, strict=True)}
    return [Tile(z, x, y) for x, y in corners]


@given(places=st.lists(PLACES, max_size=60), z=st.integers(0, 22), data=st.data())
def test_the_tiles_of_a_zoom_count_every_case_once(places: list[tuple[float, float]], z: int, data: st.DataObject) -> None:
    due = data.draw(
        st.lists(st.sampled_from([NEVER, micros(AT) - 1, micros(AT) + 10**12]), min_size=len(places), max_size=len(places))
    )
    cases = columns(places, due=due)
    shown = [gathered(cases, tile) for tile in tiles_with_cases(cases, z)]
    alone = [int(one) for tile in shown for one in tile.alone.cases.id]
    assert len(alone) == len(set(alone))
    assert len(alone) + sum(int(tile.crowds.n.sum()) for tile in shown) == len(places)
    for tile in shown:
        assert (np.sum(tile.crowds.toned, axis=0) == tile.crowds.n).all()
        for units in (tile.crowds.x, tile.crowds.y, tile.alone.x, tile.alone.y):
            assert ((units >= 0) & (units < 4096)).all()
    for tone in Tone:
        counted = sum(int(tile.crowds.toned[tone].sum()) + int((tile.alone.tone == tone).sum()) for tile in shown)
        assert counted == int((tones(cases, AT) == tone).sum())


@given(received=MOMENTS, due=MOMENTS | st.none(), done=MOMENTS | st.none(), at=MOMENTS, state=st.sampled_from(list(State)))
def test_a_colour_is_what_the_rule_says(
    received: datetime, due: datetime | None, done: datetime | None, at: datetime, state: State
) -> None:
    facts = {"received": received, "due": due, "done": done}
    case = columns(
        [(121.4, 31.6)], state=[STATES[state]], **{name: [NEVER if m is None else micros(m)] for name, m in facts.items()}
    )
    [tone] = tones(case, at)
    expected = urgency(received, due, at, done_at=done).value if state in OPEN_STATES else "done"
    assert Tone(tone).word == expected


@pytest.mark.parametrize("zoom", [0, 8, 12, 16, APART_FROM, 22])
def test_a_tile_is_small_however_many_it_holds(zoom: int) -> None:
    chance = np.random.default_rng(5)
    cases = columns([(121.4 + a, 31.6 + b) for a, b in chance.random((30_000, 2)) * 10 ** (-zoom / 4)])
    for tile in tiles_with_cases(cases, zoom)[:20]:
        shown = gathered(cases, tile)
        assert shown.crowds.n.size <= 64
        assert shown.alone.cases.size <= MOST_APART


def test_close_up_each_stands_for_itself_unless_they_are_too_many() -> None:
    few, many = columns([(121.4, 31.6)] * MOST_APART), columns([(121.4, 31.6)] * (MOST_APART + 1))
    [tile] = tiles_with_cases(few, APART_FROM)
    assert gathered(few, tile).alone.cases.size == MOST_APART
    assert gathered(few, tiles_with_cases(few, APART_FROM - 1)[0]).crowds.n.tolist() == [MOST_APART]
    assert gathered(many, tile).crowds.n.tolist() == [MOST_APART + 1]


def test_a_million_cases_need_no_more_than_70_mb() -> None:
    cases = columns([(121.4, 31.6)] * 1000)
    assert sum(column.nbytes for column in cases.all) <= 70 * cases.size


def test_the_fingerprint_tells_what_looks_different() -> None:
    two = [(121.4, 31.6), (121.4001, 31.6)]
    one_far = [(121.4, 31.6), (122.4, 31.6)]
    tile = tiles_with_cases(columns(two), 8)[0]
    late = {"due": [micros(AT - timedelta(hours=1)), NEVER]}
    prints = [
        gathered(cases, tile).fingerprint
        for cases in (columns(two), columns(two, **late), columns(one_far), columns(one_far, **late))
    ]
    assert len(set(prints)) == 4
    assert gathered(columns(two), tile).fingerprint == prints[0]
    # What lies in another tile is another's.
    assert gathered(columns([*two, (-50.0, 0.0)]), tile).fingerprint == prints[0]
