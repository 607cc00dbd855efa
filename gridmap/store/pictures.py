"""Photos: what they are, what they say, and the copies others may see. Hostile files are refused, never repaired."""

import io
import struct
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageOps

from gridmap.errors import Invalid, TooLarge, msg
from gridmap.store import exif
from gridmap.store.exif import Taken

# Raster pictures only: SVG is a program, and other formats' decoders are seldom looked after.
TYPES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
PUBLIC_EDGE, THUMB_EDGE = 2048, 320
_LYING = frozenset({5, 6, 7, 8})  # Exif orientations that turn the picture by a quarter.
# What Pillow's readers raise at files made to break them. MemoryError among them: a header may claim anything.
_BROKEN = (
    *(OSError, EOFError, ValueError, SyntaxError, TypeError, KeyError, IndexError, AttributeError, struct.error),
    *(OverflowError, ZeroDivisionError, RecursionError, MemoryError),
)
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Picture:
    """A photo that was looked through to its last pixel.

    Attributes:
        media_type, width, height: what it is, as it is meant to be looked at (turned upright).
        taken: what it says of when and where.
        public: a JPEG copy of at most 2048 pixels a side without any metadata, made of its pixels alone.
        thumbnail: the same, 320 pixels.
    """

    media_type: str
    width: int
    height: int
    taken: Taken
    public: bytes
    thumbnail: bytes


def is_picture(data: bytes) -> bool:
    """Whether the first bytes are those of a photo we take."""
    return data.startswith(_SIGNATURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def read(data: bytes, *, most_pixels: int) -> Picture:
    """Look a photo through and make its copies.

    Raises:
        TooLarge: more pixels than `most_pixels`; nothing was unpacked.
        Invalid: it is broken, cut off, or no photo.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > most_pixels:
                raise TooLarge(
                    msg("The photo has too many pixels: at most %(most)s million are taken"),
                    field="file",
                    most=most_pixels // 10**6,
                )
            media_type, (width, height) = TYPES[str(image.format)], image.size
            said = _said(image)
            lies = image.getexif().get(ExifTags.Base.Orientation, 1) in _LYING
            # Made small while it is unpacked, before anything else is done: a large photo would else be in memory four times.
            image.thumbnail((PUBLIC_EDGE, PUBLIC_EDGE), Image.Resampling.LANCZOS)
            plain = _plain(ImageOps.exif_transpose(image))
            size = (height, width) if lies else (width, height)
            public = _jpeg(plain)
            plain.thumbnail((THUMB_EDGE, THUMB_EDGE), Image.Resampling.LANCZOS)
            return Picture(media_type, *size, said, public, _jpeg(plain))
    except _BOMBS as error:
        raise TooLarge(
            msg("The photo has too many pixels: at most %(most)s million are taken"), field="file", most=most_pixels // 10**6
        ) from error
    except _BROKEN as error:
        raise Invalid(msg("The photo is broken or cut off; take it again"), field="file") from error


def _said(image: Image.Image) -> Taken:
    try:
        found = image.getexif()
        return exif.taken({**found, **found.get_ifd(ExifTags.IFD.Exif)}, found.get_ifd(ExifTags.IFD.GPSInfo))
    except _BROKEN:  # A photo without a readable note is a photo all the same.
        return Taken()


def _plain(image: Image.Image) -> Image.Image:
    """Its pixels on white, and nothing else of it."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        under = Image.new("RGB", rgba.size, "white")
        under.paste(rgba, mask=rgba.getchannel("A"))
        return under
    return image.convert("RGB")


def _jpeg(plain: Image.Image) -> bytes:
    clean = Image.new("RGB", plain.size)
    clean.paste(plain)  # A fresh picture: `info` and its comments, profiles and notes stay behind.
    into = io.BytesIO()
    clean.save(into, "JPEG", quality=82, optimize=True)
    return into.getvalue()
