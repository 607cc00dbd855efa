"""The storage at hand, and stored files as answers that no browser can take for a page of ours."""

from flask import Response, current_app, request

from gridmap.errors import NotFound, msg
from gridmap.http.state import settings
from gridmap.store.files import ENDINGS, Limits
from gridmap.store.storage import Storage, opened

_KEY = "gridmap.media"
# Whatever a file pretends to be, it runs nothing, loads nothing, and is in an origin of its own.
_CAGE = "default-src 'none'; sandbox; frame-ancestors 'none'"
_FORM_BYTES = 65_536  # What a multipart body may hold beside the file.


def storage() -> Storage:
    """The storage of the settings, opened at first use."""
    if _KEY not in current_app.extensions:
        current_app.extensions[_KEY] = opened(settings())
    found: Storage = current_app.extensions[_KEY]
    return found


def limits() -> Limits:
    """How large files may be."""
    return Limits(settings().evidence_max_bytes, settings().evidence_max_pixels)


def admit_large_bodies(most: int) -> None:
    """Let this request's body hold a file of so many bytes, and the form around it."""
    request.max_content_length = most + _FORM_BYTES


def sent(name: str | None, media_type: str, *, download: str = "", shared: bool = False) -> Response:
    """A stored file; 304 when the browser has it: content never changes under its name.

    Args:
        download: the name to save it under, without its ending; without one it is shown in place (photos only).
        shared: whether it may be kept for others than who asks.
    """
    if name is None:
        raise NotFound(msg("There is no picture of this document"))
    held = request.if_none_match.contains(name)
    response = Response(status=304) if held else Response(storage().get(name), mimetype=media_type)
    response.set_etag(name)
    response.headers["Cache-Control"] = f"{'public' if shared else 'private'}, max-age=3600"
    response.headers["Content-Security-Policy"] = _CAGE
    response.headers["X-Content-Type-Options"] = "nosniff"
    disposition = f'attachment; filename="{download}.{ENDINGS[media_type]}"' if download else "inline"
    response.headers["Content-Disposition"] = disposition
    return response
