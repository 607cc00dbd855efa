"""Mothers of time limits."""

from sqlalchemy.orm import Session

from gridmap.cases.models import TimeLimit
from tests import town


def working_day_limit(session: Session, days: float = 1) -> None:
    """A category 07001, `07` to dahua, to be handled within so many working days."""
    slow = town.category(session, "07001", hours=None, vendor_code="07")
    session.add(TimeLimit(category_id=slow.id, city="演示", value=days, unit="working_day", is_default=True))
    session.flush()
