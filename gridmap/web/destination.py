"""Where to go after signing in."""

from urllib.parse import urlsplit

from flask import url_for


def destination(wanted: str | None) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    parts = urlsplit(wanted or "")
    if not wanted or parts.scheme or parts.netloc or not wanted.startswith("/") or wanted.startswith(("//", "/\\")):
        return url_for("web.map_page")
    return wanted if wanted.isprintable() else url_for("web.map_page")
