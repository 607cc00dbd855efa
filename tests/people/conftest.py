"""The tiny town with the kinds of posts and duties."""

import pytest
from sqlalchemy.orm import Session

from gridmap.people.models import Person
from tests.people import crew


@pytest.fixture
def staffed(tiny_town: Session) -> Session:
    """The session, with the town in force and the kinds known; nobody in it yet."""
    crew.kinds(tiny_town)
    return tiny_town


@pytest.fixture
def one(staffed: Session) -> Person:
    """Somebody without a post."""
    return crew.person(staffed, 1)


@pytest.fixture
def two(staffed: Session) -> Person:
    """Somebody else."""
    return crew.person(staffed, 2)
