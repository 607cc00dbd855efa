"""Answer only to our own names: a foreign page that points its name at this machine (DNS rebinding) reads nothing."""

from urllib.parse import urlsplit

from flask import Flask, request

from gridmap.errors import NotAllowed, msg


def trust(app: Flask, names: str) -> None:
    """Let `app` refuse requests for hosts other than `names` (separated by commas, IPv6 in brackets).

    Flask's own TRUSTED_HOSTS cuts an address at its first colon, so it can't hold [::1].
    """
    known = {_name(name.strip()) for name in names.split(",")}

    @app.before_request
    def refuse_strangers() -> None:
        if _name(request.environ.get("HTTP_HOST", "")) not in known:
            raise NotAllowed(
                msg("This server does not answer to the name '%(host)s'; GRIDMAP_TRUSTED_HOSTS lists those it answers to"),
                host=request.environ.get("HTTP_HOST", "")[:100],
            )


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:  # Brackets that don't match: nobody's name.
        return None
