"""Cameras and service points."""

from datetime import datetime
from enum import StrEnum

from shapely.geometry import Point, Polygon
from sqlalchemy import CheckConstraint, DateTime, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from gridmap.db import Base
from gridmap.geo.shapes import Shape


class CameraState(StrEnum):
    """Whether a camera answers."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class Camera(Base):
    """A camera: where its pole stands and which sector of ground it sees."""

    __tablename__ = "camera"
    __table_args__ = (
        CheckConstraint("id ~ '^[0-9]{20}$'", name="gb28181"),
        CheckConstraint("state IN ('online', 'offline', 'unknown')", name="state"),
        CheckConstraint("bearing_deg >= 0 AND bearing_deg < 360", name="bearing"),
        CheckConstraint("view_angle_deg > 0 AND view_angle_deg <= 360", name="angle"),
        CheckConstraint("view_range_m > 0 AND view_range_m <= 20000", name="range"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    location: Mapped[Point] = mapped_column(Shape("POINT"))
    bearing_deg: Mapped[float | None]
    view_angle_deg: Mapped[float | None]
    view_range_m: Mapped[float | None]
    view: Mapped[Polygon | None] = mapped_column(Shape("POLYGON"))
    stream_url: Mapped[str] = mapped_column(Text, server_default="")
    snapshot_url: Mapped[str] = mapped_column(Text, server_default="")
    vendor: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[CameraState] = mapped_column(Text, server_default="unknown")
    last_heard_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ServicePoint(Base):
    """A party and community service point (党群服务点). Its circle is derived, never stored."""

    __tablename__ = "service_point"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text, server_default="")
    location: Mapped[Point] = mapped_column(Shape("POINT"))
    address: Mapped[str] = mapped_column(Text, server_default="")
    opening_hours: Mapped[str] = mapped_column(Text, server_default="")
    keeper: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str] = mapped_column(Text, server_default="")
    services: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
