"""What a camera wrote into a photo: when and where (Exif 3.0, CIPA DC-008). Pure.

Places are in WGS-84 unless the photo names another datum (GPSMapDatum, 0x12), which is then not kept: nothing is guessed. A
moment without its offset (OffsetTimeOriginal) is taken by the town's clock, on which the cameras of its people stand.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, NamedTuple

from gridmap.clock import TOWN_ZONE

_GPS_DATUM = {"", "WGS-84", "WGS84", "WGS 84"}
_TAKEN, _OFFSET = 0x9003, 0x9011
_LAT_REF, _LAT, _LON_REF, _LON, _DATUM = 1, 2, 3, 4, 0x12


class Taken(NamedTuple):
    """When (aware, UTC) and where (degrees WGS-84) a photo was taken, as far as it says."""

    at: datetime | None = None
    lon: float | None = None
    lat: float | None = None


def taken(exif: Mapping[int, Any], gps: Mapping[int, Any]) -> Taken:
    """What the Exif and the GPS directory say; whatever makes no sense is left out."""
    at = _moment(exif.get(_TAKEN), exif.get(_OFFSET))
    if str(gps.get(_DATUM, "")).strip("\0 ").upper() not in _GPS_DATUM:
        return Taken(at)
    lat, lon = _degrees(gps.get(_LAT), gps.get(_LAT_REF), "NS", 90), _degrees(gps.get(_LON), gps.get(_LON_REF), "EW", 180)
    # 0, 0 lies in the ocean: what cameras write that know no place.
    return Taken(at) if lat is None or lon is None or (lat == 0 and lon == 0) else Taken(at, lon, lat)


def _moment(text: object, offset: object) -> datetime | None:
    try:
        naive = datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007  # its zone comes next
        aware = naive.replace(tzinfo=_zone(offset) or TOWN_ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return aware if aware.year >= 1990 else None


def _zone(offset: object) -> timezone | None:
    found = re.fullmatch(r"([+-])(\d{2}):(\d{2})", str(offset).strip("\0 "))
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    return timezone((1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes)))


def _degrees(parts: object, ref: object, refs: str, most: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)  # type: ignore[attr-defined]  # whatever is no triple fails
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    side = str(ref).strip("\0 ").upper()
    if side not in tuple(refs) or not math.isfinite(value) or min(degrees, minutes, seconds) < 0 or value > most:
        return None
    return round(-value if side == refs[1] else value, 8)
