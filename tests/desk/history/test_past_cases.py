"""Past cases are read like any others; what they refer to stays."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.cases import lookup
from gridmap.cases.lookup import Filter
from gridmap.cases.past import EVERY_CASE, history_ends, past_id, past_number
from gridmap.cases.states import State
from tests.desk.history.made import NOW, load, many, parquet, past


def test_what_past_cases_refer_to_stays(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", [past(1)]))
    used = "DELETE FROM time_limit; DELETE FROM source_code; DELETE FROM category WHERE code = '06010'"
    with pytest.raises(IntegrityError, match="past_case"), furnished.begin() as connection:
        connection.execute(text(used))


def test_a_past_case_is_read_like_any_other(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", many(25)))
    with Session(furnished) as session, clock.frozen(NOW):
        pages = [lookup.page(session, Filter(states=[State.CLOSED]), limit=10)]
        while pages[-1].next:
            pages.append(lookup.page(session, replace(Filter(states=[State.CLOSED]), before=pages[-1].next), limit=10))
        numbers = [feature["id"] for page in pages for feature in page.features]
        assert (len(set(numbers)), {page.matched for page in pages}) == (25, {25})
        detail = lookup.detail(session, numbers[0])
        assert (detail.past, detail.feature["id"], detail.route["rule"]) == (True, numbers[0], "covers")
        assert [feature["id"] for feature in lookup.newest(session, Filter(text=numbers[3]), limit=5)] == [numbers[3]]
        assert lookup.page(session, Filter(states=[State.DISCOVERED]), limit=10).matched == 0


def test_numbers_and_ids_say_the_same() -> None:
    assert past_number(20241100000012) == "202411-00000012"
    assert past_id("202411-00000012") == 20241100000012
    assert past_id("20241122-000601") is None


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-22T08:00:00Z", "2026-10-31T16:00:00Z"),
        ("2026-12-01T15:59:00Z", "2026-10-31T16:00:00Z"),
        ("2026-12-01T16:00:00Z", "2026-11-30T16:00:00Z"),
    ],
)
def test_a_month_is_history_a_day_after_it_has_ended(now: str, ends: str) -> None:
    assert history_ends(datetime.fromisoformat(now)) == datetime.fromisoformat(ends)


def test_open_cases_are_not_looked_for_in_history(furnished: Engine, tmp_path: Path) -> None:
    load(furnished, parquet(tmp_path / "x.parquet", many(300)))
    with furnished.connect() as connection:

        def plan(condition: str) -> str:
            return "\n".join(connection.execute(text(f"EXPLAIN SELECT id FROM {EVERY_CASE} c WHERE {condition}")).scalars())

        assert "past_case" not in plan("c.closed_at IS NULL")
        assert "past_case" not in plan("c.received_at < '2026-11-22' AND (c.closed_at IS NULL OR c.closed_at >= '2026-11-15')")
        assert plan("c.received_at >= '2026-05-01' AND c.received_at < '2026-05-31'").count("past_case_20260") == 1
