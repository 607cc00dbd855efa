"""Photos for the tests, honest and hostile; drawn, not taken."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

TAKEN = "2026:03:03 08:15:00"


def photo(
    width: int = 640, height: int = 480, *, form: str = "JPEG", colour: tuple[int, int, int] = (90, 120, 60), **facts: Any
) -> bytes:
    """A plain photo."""
    into = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(into, form, **facts)
    return into.getvalue()


def exif(
    *, lat: float = 31.605, lon: float = 121.405, offset: str | None = "+08:00", orientation: int = 1, **gps: Any
) -> Image.Exif:
    """What a phone writes: when, where, whose; `gps` by hexadecimal tag overrides (`g12="Tokyo"`)."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = "Phone of somebody"
    made.get_ifd(0x8769).update({0x9003: TAKEN} | ({0x9011: offset} if offset else {}))
    place = {1: "N" if lat >= 0 else "S", 2: dms(lat), 3: "E" if lon >= 0 else "W", 4: dms(lon)}
    made.get_ifd(0x8825).update(place | {int(name[1:], 16): value for name, value in gps.items()})
    return made


def dms(value: float) -> tuple[float, float, float]:
    """Degrees, minutes and seconds."""
    minutes, seconds = divmod(abs(value) * 3600, 60)
    degrees, minutes = divmod(minutes, 60)
    return degrees, minutes, round(seconds, 4)


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of some hundred bytes that would unpack into gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


SVG = b"""<svg xmlns="http://www.w3.org/2000/svg"><script>alert(document.domain)</script></svg>"""
HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def exif_bomb() -> bytes:
    """A JPEG whose Exif points back at itself, claims a million entries, and is cut off."""
    ifd = struct.pack("<H", 0xFFFF) + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x8825, 4, 0xFFFFFFFF, 8)
    tiff = b"II*\0" + struct.pack("<I", 8) + ifd + struct.pack("<HHII", 0x9003, 2, 0x7FFFFFFF, 0xFFFFFFF0)
    segment = b"Exif\0\0" + tiff
    plain = photo()
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + plain[2:]
