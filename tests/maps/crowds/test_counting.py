"""The figures of the queues are those of the list, counted one by one."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from gridmap.cases import figures, lookup
from gridmap.cases.lookup import Filter
from gridmap.cases.states import OPEN_STATES
from gridmap.maps.crowds.asking import those
from gridmap.maps.crowds.counting import DAY, by_grid, sources, standing
from gridmap.maps.crowds.listing import Order, page
from tests import town
from tests.maps.crowds.some_cases import FILTERS, case, tell

AT = town.FOUNDED + timedelta(hours=70)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # it only reads
@given(asked=FILTERS)
def test_every_figure_is_that_of_the_list(many: Session, asked: Filter) -> None:
    whole = replace(asked, states=asked.states or OPEN_STATES)
    listed = [feature["properties"] for feature in lookup.page(many, whole, limit=100, at=AT).features]
    parts = those(many, asked, (), at=AT)
    rows = standing(parts, AT)
    assert {row.state: row.n for row in rows} == Counter(facts["state"] for facts in listed)
    for name in ("unrouted", "triage"):
        assert sum(getattr(row, name) for row in rows) == sum(name in facts["trays"] for facts in listed)
    fresh = [facts for facts in listed if facts["received_at"] >= (AT - DAY).isoformat().replace("+00:00", "Z")]
    assert sum(row.last_24h for row in rows) == len(fresh)
    assert sources(many, parts) == Counter(facts["source"] for facts in listed)
    ids = page(parts, Order.NEWEST, limit=100).ids
    assert [lookup.by_ids(many, ids)[one]["id"] for one in ids] == [facts["number"] for facts in listed]


def test_grids_count_what_their_cases_come_to(many: Session) -> None:
    assert by_grid(many, AT) == figures.open_counts_then(many, AT)
    late = case(many, 100, due_at=AT - timedelta(minutes=1), grid_code=town.micro(1, 1), received_at=AT - timedelta(hours=25))
    assert by_grid(many, AT)[town.micro(1, 1)]["overdue"] == 1
    late.handled_at = late.due_at
    tell(many, late)
    assert by_grid(many, AT) == figures.open_counts_then(many, AT)
