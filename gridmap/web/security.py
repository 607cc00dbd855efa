"""What browsers may do with our pages: a nonce per request and strict headers on every answer."""

import secrets
from collections.abc import Iterable

from flask import Flask, Response, g, request

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:{pictures}; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# Answers that are not pages (JSON, tiles, scripts) have nothing to run and nothing to load.
_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_FEATURES = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"


def nonce() -> str:
    """This request's nonce: scripts and styles of the page carry it, nothing else runs."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(18)
    return str(g.nonce)


def guard(app: Flask, *, pictures_from: Iterable[str] = ()) -> None:
    """Put the headers on every answer of `app`. `pictures_from`: origins of configured base maps, normally none."""
    pictures = "".join(f" {origin}" for origin in sorted(set(pictures_from)))

    @app.after_request
    def harden(response: Response) -> Response:
        page = response.mimetype == "text/html"
        policy = _POLICY.format(nonce=nonce(), pictures=pictures) if page else _NOTHING
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _FEATURES)
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if page:
            response.headers.setdefault("Cache-Control", "no-store" if request.method != "GET" else "no-cache")
        return response
