"""A file somebody sends: what it is by its content, and under which names its parts are kept."""

import hashlib
import re
from dataclasses import dataclass

from gridmap.errors import Invalid, TooLarge, msg
from gridmap.store import pictures
from gridmap.store.exif import Taken
from gridmap.store.storage import Storage

PDF = "application/pdf"
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", PDF: "pdf"}


@dataclass(frozen=True)
class Limits:
    """How large a file may be, in bytes, and a photo, in pixels."""

    size: int
    pixels: int


@dataclass(frozen=True)
class File:
    """A file that was looked through. `parts` are what is kept, by name; documents have no public copy."""

    digest: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    taken: Taken
    public_digest: str | None
    parts: dict[str, bytes]

    def keep(self, storage: Storage) -> None:
        """Put every part into the storage."""
        for name, data in self.parts.items():
            storage.put(name, data)


def digest_of(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def thumbnail_of(digest: str) -> str:
    """The name of a photo's thumbnail, by the digest of the photo."""
    return f"{digest}.thumb"


def read(data: bytes, limits: Limits) -> File:
    """Look a file through: a photo (JPEG, PNG, WebP) or a PDF; what its sender called it does not count.

    Raises:
        TooLarge: too many bytes or pixels.
        Invalid: empty, broken, or something else.
    """
    if not data:
        raise Invalid(msg("The file is empty"), field="file")
    if len(data) > limits.size:
        raise TooLarge(msg("The file is too large: at most %(most)s bytes are taken"), field="file", most=limits.size)
    digest = digest_of(data)
    if pictures.is_picture(data):
        picture = pictures.read(data, most_pixels=limits.pixels)
        public = digest_of(picture.public)
        parts = {digest: data, public: picture.public, thumbnail_of(digest): picture.thumbnail}
        return File(digest, picture.media_type, len(data), picture.width, picture.height, picture.taken, public, parts)
    if _is_pdf(data):
        return File(digest, PDF, len(data), None, None, Taken(), None, {digest: data})
    raise Invalid(msg("Only photos (JPEG, PNG, WebP) and PDF documents are taken, whatever the file is called"), field="file")


def _is_pdf(data: bytes) -> bool:
    """A PDF from its first byte to its end (ISO 32000-2, 7.5.2 and 7.5.5); one that hides behind something else is none."""
    return re.match(rb"%PDF-[12]\.\d[\r\n \t]", data) is not None and b"%%EOF" in data[-1024:]
