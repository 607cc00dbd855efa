"""Keys of machines."""

from datetime import datetime

from sqlalchemy import DateTime, Identity, Index, LargeBinary, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.db import Base


class ApiKey(Base):
    """A machine's key. The secret itself is not here, only its SHA-256 (256 random bits need no slow hash)."""

    __tablename__ = "api_key"
    __table_args__ = (
        Index(
            "uq_api_key_name",
            "name",
            unique=True,
            postgresql_where="revoked_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
