"""Pages of the queue put together are the cases asked for, each once, in their order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridmap.maps.crowds.columns import NEVER, NONE, Columns, ordered
from gridmap.maps.crowds.gathering import Part
from gridmap.maps.crowds.listing import Order, page

FEW = st.integers(0, 3)  # So that many are equal.
CASES = st.lists(st.tuples(FEW, FEW | st.just(NEVER)), max_size=40)


def part(rows: list[tuple[int, int, int]]) -> Part:
    number, received, due = (np.array([row[at] for row in rows], dtype=np.int64) for at in range(3))
    nothing = np.full(len(rows), NONE)
    cases: Columns = ordered(
        {"id": number, "received": received, "due": due, "lon": np.full(len(rows), np.nan), "lat": np.full(len(rows), np.nan)}
        | {"state": np.ones(len(rows)), "done": nothing, "grid": nothing, "category": nothing, "source": nothing}
    )
    return cases, np.zeros(len(rows), dtype=np.int8)


@given(cases=CASES, order=st.sampled_from(Order), limit=st.integers(1, 9))
def test_pages_put_together_are_all_in_their_order(cases: list[tuple[int, int]], order: Order, limit: int) -> None:
    rows = [(number, *facts) for number, facts in enumerate(cases)]
    parts, seen, after = [part(rows[::2]), part(rows[1::2])], [], None
    while True:
        found = page(parts, order, limit=limit, after=after)
        assert found.matched == len(rows)
        assert len(found.ids) == limit or found.next is None
        seen += found.ids
        after = found.next
        if after is None:
            break
    pressing = order is Order.PRESSING
    expected = sorted(rows, key=lambda row: (row[2] if pressing else 0, -row[1], -row[0]))
    assert seen == [number for number, *_ in expected]


def test_what_was_added_meanwhile_moves_no_page() -> None:
    rows = [(number, number, NEVER) for number in range(1, 7)]
    first = page([part(rows)], Order.NEWEST, limit=3)
    later = page([part([*rows, (7, 7, NEVER)])], Order.NEWEST, limit=3, after=first.next)
    assert (first.ids, later.ids, later.matched) == ([6, 5, 4], [3, 2, 1], 7)
