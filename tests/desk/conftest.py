"""A desk in the tiny town."""

import pytest
from sqlalchemy.orm import Session

from tests import town


@pytest.fixture
def desk(tiny_town: Session) -> Session:
    """The tiny town with two categories."""
    town.category(tiny_town, vendor_code="890")
    town.category(tiny_town, "06011", hours=None)
    return tiny_town
