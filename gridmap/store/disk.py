"""Files on this machine's disk: written beside, made lasting, then renamed, so that half a file is never seen."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from gridmap.durable import keep_names
from gridmap.errors import Unavailable, msg
from gridmap.store.storage import NAME, Gone, Stored, checked


class Disk:
    """A folder; two letters of the name make its sub-folders, so that none grows too large."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, data: bytes) -> None:
        """See `Storage.put`."""
        path = self._path(name)
        try:
            if path.exists():
                os.utime(path)  # Fresh again: the clean-up leaves it alone.
                return
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(path, data)
        except OSError as error:
            raise Unavailable(msg("The file could not be kept: %(reason)s"), reason=error.strerror or str(error)) from error

    def get(self, name: str) -> bytes:
        """See `Storage.get`."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            raise Gone(msg("This file is gone from the storage")) from None
        except OSError as error:
            raise Unavailable(msg("The file could not be read: %(reason)s"), reason=error.strerror or str(error)) from error

    def delete(self, name: str) -> None:
        """See `Storage.delete`."""
        with suppress(FileNotFoundError):
            self._path(name).unlink()

    def names(self) -> Iterator[Stored]:
        """See `Storage.names`; what is being written now is none of them."""
        for path in sorted(self.folder.glob("??/*")):
            if NAME.fullmatch(path.name):
                with suppress(FileNotFoundError):  # Somebody else cleans up too.
                    facts = path.stat()
                    yield Stored(path.name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))

    def _path(self, name: str) -> Path:
        return self.folder / checked(name)[:2] / name


def _write(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as fresh:
        try:
            fresh.write(data)
            fresh.flush()
            os.fsync(fresh.fileno())
            Path(fresh.name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(fresh.name).unlink()
            raise
    keep_names(path.parent)
