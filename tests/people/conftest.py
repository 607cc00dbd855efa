"""The tiny town with the kinds of posts and duties."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.people.models import Person
from tests.people import crew
from tests.people.stage import NOW


@pytest.fixture
def staffed(tiny_town: Session) -> Session:
    """The session, with the town in force and the kinds known; nobody in it yet."""
    crew.kinds(tiny_town)
    return tiny_town


@pytest.fixture
def now() -> Iterator[datetime]:
    """It stays nine in the morning of that Tuesday."""
    with clock.frozen(NOW) as moment:
        yield moment


@pytest.fixture
def one(staffed: Session) -> Person:
    """Somebody without a post."""
    return crew.person(staffed, 1)


@pytest.fixture
def two(staffed: Session) -> Person:
    """Somebody else."""
    return crew.person(staffed, 2)
