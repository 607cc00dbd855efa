"""Many cases of every kind."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from gridmap.cases.states import State
from tests import town
from tests.maps.crowds.some_cases import case


@pytest.fixture
def many(tiny_town: Session) -> Session:
    """Cases of two sources and categories, in and out of grids, old and new, with and without a place."""
    made = [town.category(tiny_town, code) for code in ("06010", "06020")]
    for number in range(60):
        category = (*made, None)[number % 3]
        case(
            tiny_town,
            number,
            at=None if number % 13 == 0 else (number % 7 / 2.5, number % 5 / 2),
            source=("camera", "hotline")[number % 2],
            category_id=None if category is None else category.id,
            grid_code=None if number % 5 == 0 else town.micro(number % 3 + 1, number % 2 + 1),
            received_at=town.FOUNDED + timedelta(hours=number),
            state=(State.DISCOVERED, State.HANDLING, State.VERIFYING, State.CLOSED, State.VOID)[number % 5 if number % 2 else 0],
        )
    return tiny_town
