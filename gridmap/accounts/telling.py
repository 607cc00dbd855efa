"""What the journal hears of accounts. Never a secret."""

from typing import Any

from sqlalchemy.orm import Session

from gridmap.journal.write import Event, write

TOPIC = "accounts"


def tell(session: Session, kind: str, username: str, actor: str, **data: Any) -> None:
    """Write one line of the topic `accounts`."""
    write(session, [Event(TOPIC, kind, username, actor, data)])
