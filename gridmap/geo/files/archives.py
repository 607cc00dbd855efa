"""Zip archives from strangers: nothing is unpacked before its names, kinds and sizes were looked at."""

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from gridmap.errors import Invalid, TooLarge, msg

MOST_BYTES = 1024**3  # unpacked
MOST_ENTRIES = 1000
_CHUNK = 1024 * 1024


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, once its table of contents has been found harmless.

    Raises:
        Invalid: not a zip, damaged, encrypted, or with names that lead outside (absolute, "..", links).
        TooLarge: it holds more entries or, by its own account, more bytes than is taken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check(archive.infolist(), path.stat().st_size)
            yield archive
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise Invalid(msg("The zip archive is damaged: %(why)s"), field="file", why=str(error)[:200]) from error


def _check(entries: list[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > MOST_ENTRIES:
        raise TooLarge(msg("The zip archive holds more than %(most)s files"), field="file", most=MOST_ENTRIES)
    if sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise TooLarge(msg("Unpacked, the zip archive is larger than %(most)s MiB"), field="file", most=MOST_BYTES // 1024**2)
    if not all(0 <= entry.header_offset < size for entry in entries):
        raise Invalid(msg("The zip archive is damaged: its table of contents points outside of it"), field="file")
    for entry in entries:
        name = entry.orig_filename.replace("\\", "/")
        strange = name.startswith("/") or ":" in name[:2] or "\0" in name or ".." in PurePosixPath(name).parts
        if strange or stat.S_ISLNK(entry.external_attr >> 16):
            raise Invalid(
                msg("The zip archive has a name that leads outside of it: %(name)s"), field="file", name=repr(name)[:80]
            )
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Invalid(msg("The zip archive is packed in a way that is not taken"), field="file")
        if entry.flag_bits & 0x1:
            raise Invalid(msg("The zip archive is encrypted"), field="file")


def unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Write one entry to `target`, whose name is ours, and no byte more than the archive said it has."""
    with archive.open(entry) as source, target.open("wb") as out:
        _copy(source, out, entry.file_size)


def _copy(source: IO[bytes], out: IO[bytes], size: int) -> None:
    left = size
    while chunk := source.read(min(_CHUNK, left + 1)):
        left -= len(chunk)
        if left < 0:
            raise TooLarge(msg("The zip archive holds more than it says"), field="file")
        out.write(chunk)


def packed(target: Path, folder: Path) -> None:
    """Zip the files of `folder`, without the folder itself, in the order of their names."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            with file.open("rb") as source, archive.open(zipfile.ZipInfo(file.name), "w") as out:
                shutil.copyfileobj(source, out)
