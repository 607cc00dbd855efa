"""Stamps: one small file per finished step, holding a fingerprint of what the step was made from. Written last."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint(parts: Iterable[str | bytes | Path]) -> str:
    """One hash of texts and of files' contents, in order."""
    total = hashlib.sha256()
    for part in parts:
        content = part.read_bytes() if isinstance(part, Path) else part.encode() if isinstance(part, str) else part
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


class Stamp:
    """The stamp of one step."""

    def __init__(self, checkout: Path, name: str) -> None:
        self._path = checkout / ".setup" / name

    def read(self) -> str:
        """What it holds; empty when the step was never finished."""
        try:
            return self._path.read_text().strip()
        except FileNotFoundError:
            return ""

    def remove(self) -> None:
        """Before the step is done anew: from here on it counts as unfinished."""
        self._path.unlink(missing_ok=True)

    def write(self, mark: str) -> None:
        """After the step is done."""
        half = self._path.with_suffix(".half")
        half.write_text(mark + "\n")
        half.replace(self._path)
