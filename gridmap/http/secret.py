"""The program's own secret: it signs cookies and links, and seals second factors."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from gridmap.config import Settings


def secret_key(settings: Settings) -> str:
    """The one that is set, else one made at the first start and kept under home."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    kept = Path(settings.home) / "secret_key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=kept.parent, prefix="secret_key.") as fresh:  # readable by its owner only
            fresh.write(secrets.token_urlsafe(48))
            fresh.flush()
            with suppress(FileExistsError):  # Two processes may start at once: the first one's key is everybody's.
                os.link(fresh.name, kept)
    return kept.read_text().strip()
