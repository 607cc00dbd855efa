"""Files that only their owner reads."""

import os
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a secret, whole or not at all, readable by its owner from its first byte."""
    half = path.with_name(path.name + ".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    half.replace(path)
