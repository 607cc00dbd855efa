"""The tiny town with the kinds of posts and duties."""

import pytest
from sqlalchemy.orm import Session

from tests.people import crew


@pytest.fixture
def staffed(tiny_town: Session) -> Session:
    """The session, with the town in force and the kinds known; nobody in it yet."""
    crew.kinds(tiny_town)
    return tiny_town
