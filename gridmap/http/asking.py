"""What machines ask and send that would be half understood is refused before anything reads it."""

from flask import Flask, request

from gridmap.errors import Compressed, Invalid, msg

_DOORS = ("/api/", "/tiles/")
_SEVERAL_TIMES = frozenset({"state"})  # Fields that may come more than once in an address.


def check(app: Flask) -> None:
    """Let `app` refuse what asks for one thing twice, and bodies it can't read."""

    @app.before_request
    def look() -> None:
        if request.path.startswith(_DOORS):
            _each_once()
            _nothing_compressed()


def _each_once() -> None:
    """Who asks for two grids must not take the answer about the first for one about both."""
    for name, values in request.args.lists():
        if len(values) > 1 and name not in _SEVERAL_TIMES:
            text = msg("%(name)s is asked for %(times)s times, and once is all it can be")
            raise Invalid(text, field=name[:100], name=name[:100], times=len(values))


def _nothing_compressed() -> None:
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise Compressed(
            msg("The body is compressed (%(coding)s), which is not read here; send it as it is"), coding=coding[:100]
        )
