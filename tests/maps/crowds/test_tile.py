"""Tiles of cases out of the database: the same cases as the list's, up to date with every deed."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap.cases import lookup
from gridmap.cases.lookup import Filter
from gridmap.cases.models import Case
from gridmap.cases.states import OPEN_STATES, State
from gridmap.geo.squares import Tile, square
from gridmap.journal.feed import advance
from gridmap.journal.write import Event, write
from gridmap.maps.crowds import columns, kept
from gridmap.maps.crowds.sifting import Tone
from gridmap.maps.crowds.tile import encoded, look
from tests import town
from tests.maps.crowds.some_cases import FILTERS, case, tell
from tests.mvt import Feature, decode

AT = datetime(2026, 2, 1, tzinfo=UTC)
WORLD = Tile(0, 0, 0)


def found(
    session: Session, asked: Filter | None = None, *tones: Tone, tile: Tile = WORLD, at: datetime = AT
) -> dict[str, list[Feature]]:
    return decode(encoded(session, look(session, asked or Filter(), tones, tile, at=at)))


def counted(session: Session, asked: Filter | None = None, *tones: Tone) -> int:
    layers = found(session, asked, *tones)
    return len(layers.get("cases", ())) + sum(int(crowd.properties["n"]) for crowd in layers.get("crowds", ()))


def test_without_a_state_they_are_the_open_ones(tiny_town: Session) -> None:
    category = town.category(tiny_town)
    for number, state in enumerate(state for state in State if state is not State.MERGED):  # It would need another to be part of.
        case(tiny_town, number, state=state, category_id=category.id if number else None)
    layers = found(tiny_town, tile=Tile(17, *_tile(17)))
    by_state = {feature.properties["state"]: feature.properties for feature in layers["cases"]}
    assert by_state.keys() == {str(state) for state in OPEN_STATES}
    bare, other = by_state[State.DISCOVERED], by_state[State.HANDLING]
    assert "category" not in bare
    assert (other["kind"], other["category"], other["grid"]) == ("matter", category.code, town.micro(2, 2))
    assert other["urgency"] == "unlimited"
    assert all(re.fullmatch(r"\d{8}-\d{6,}", feature.properties["number"]) for feature in layers["cases"])
    assert layers.keys() == {"cases"}
    assert counted(tiny_town, Filter(states=[State.CLOSED, State.VOID])) == 2
    assert counted(tiny_town, Filter(states=list(State))) == len(State) - 1


def _tile(z: int) -> tuple[int, int]:
    x, y = (int(step[0]) for step in square(*(np.array([degrees]) for degrees in town.spot(1.5, 1.5))))
    return x >> 31 - z, y >> 31 - z


def test_a_crowd_says_how_many_press(tiny_town: Session) -> None:
    received = AT - timedelta(hours=20)
    for number, left in enumerate((timedelta(hours=-1), timedelta(hours=1), timedelta(hours=40), None)):
        case(tiny_town, number, received_at=received, due_at=None if left is None else AT + left)
    [crowd] = found(tiny_town)["crowds"]
    assert crowd.properties == {"n": 4, "overdue": 1, "soon": 1, "intime": 1, "unlimited": 1, "done": 0}
    [later] = found(tiny_town, at=AT + timedelta(hours=2))["crowds"]
    assert later.properties["overdue"] == 2
    [only] = found(tiny_town, None, Tone.OVERDUE)["cases"]
    assert only.properties["urgency"] == "overdue"


def test_a_case_without_a_place_is_on_no_tile(tiny_town: Session) -> None:
    case(tiny_town, 1, at=None)
    assert found(tiny_town) == {}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # it only reads
@given(asked=FILTERS)
def test_they_are_the_cases_that_the_list_shows(many: Session, asked: Filter) -> None:
    listed = lookup.page(many, asked if asked.states else Filter(**{**asked.__dict__, "states": OPEN_STATES}), limit=100)
    assert counted(many, asked) == sum(feature["geometry"] is not None for feature in listed.features)


DEEDS = st.lists(
    st.tuples(st.sampled_from(["open", "end", "handle", "move", "load", "relay", "look"]), st.integers(0, 9)), max_size=25
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # each goes on from the last
@given(story=DEEDS)
def test_what_is_kept_is_what_is_there(tiny_town: Session, story: list[tuple[str, int]]) -> None:
    for deed, which in [*story, ("look", 0)]:
        if deed == "look":
            for ended in (False, True):
                held, there = kept.cases(tiny_town, ended=ended), columns.read(tiny_town, ended=ended)
                for own, fresh in zip(_sorted(held).all, _sorted(there).all, strict=True):
                    assert np.array_equal(own, fresh)
                assert (np.diff(held.key) >= 0).all()
        elif deed == "relay":
            advance(tiny_town, most=3)
        else:
            _do(tiny_town, deed, which)


def _sorted(cases: columns.Columns) -> columns.Columns:
    return cases.part(np.argsort(cases.id))


def _do(session: Session, deed: str, which: int) -> None:
    number = session.execute(text("SELECT count(*) FROM cases")).scalar_one()
    if deed in ("open", "load") or number == 0:
        made = [case(session, number + n, at=(which / 4, which / 5)) for n in range(3 if deed == "load" else 1)]
        if deed == "load":
            write(session, [Event("cases", "cases.loaded", "cases", "test", {"n": len(made)})])
        return
    one = session.get_one(
        Case, session.execute(text("SELECT id FROM cases ORDER BY id OFFSET :n LIMIT 1"), {"n": which % number}).scalar_one()
    )
    where = {"id": one.id}
    if deed == "move":
        session.execute(text("UPDATE cases SET location = ST_Translate(location, 0.003, 0.001) WHERE id = :id"), where)
    elif deed == "end":
        town.stand(session, State.VOID, "id = :id AND state = 'discovered'", **where)
    else:
        town.stand(session, State.HANDLING, "id = :id AND state = 'discovered'", **where)
    tell(session, one)


def test_what_another_process_commits_is_on_the_next_tile(committing: Engine) -> None:
    with Session(committing) as asking, Session(committing) as acting:
        town.found(acting)
        acting.commit()
        assert counted(asking) == 0
        asking.commit()
        # Not committed yet, then committed after one with a higher id, then placed by the relay.
        first = case(acting, 1)
        assert counted(asking) == 0
        with Session(committing) as other:
            case(other, 2)
            other.commit()
        asking.commit()
        assert counted(asking) == 1
        acting.commit()
        asking.commit()
        assert counted(asking) == 2
        advance(acting)
        acting.commit()
        asking.commit()
        assert counted(asking) == 2
        town.stand(acting, State.VOID, "id = :id", id=first.id)
        tell(acting, first)
        acting.commit()
        asking.commit()
        assert counted(asking) == 1


def test_a_full_tile_is_small(tiny_town: Session) -> None:
    category = town.category(tiny_town, name_zh="占用城市道路及公共场所堆放物料" * 3)
    tiny_town.execute(
        text(
            """
            INSERT INTO cases (source, source_id, location, category_id, occurred_at, received_at, grid_code, route)
            SELECT 'test', CAST(n AS text), ST_SetSRID(ST_MakePoint(:lon + n * 1e-7, :lat), 4326), :category, :at, :at, :grid, '{}'
            FROM generate_series(1, 1000) AS n
            """
        ),
        dict(zip(("lon", "lat"), town.spot(1.5, 1.5), strict=True))
        | {"category": category.id, "at": AT, "grid": town.micro(2, 2)},
    )
    tile = encoded(tiny_town, look(tiny_town, Filter(), (), Tile(17, *_tile(17)), at=AT))
    assert len(decode(tile)["cases"]) == 1000
    assert len(tile) < 100_000
