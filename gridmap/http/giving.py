"""An answer without end: its connection is given away, and the thread that answered is free again."""

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from flask import Response
from werkzeug.http import http_date

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Takes = Callable[[socket.socket, bytes], None]
PIECE = 65536


class GivenAway(Response):
    """Its body is whatever `takes` writes to the connection, until it closes that.

    From gunicorn the client's own connection is taken, together with the answer's head, which is yet to be written. Other
    servers keep theirs, and a thread that carries over what is written (tests do so; HTTP/2 would).

    Args:
        takes: gets the connection, and the bytes to write first.
        mimetype: of what it will write.
    """

    def __init__(self, takes: Takes, *, mimetype: str) -> None:
        super().__init__(mimetype=mimetype)
        self._takes = takes

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """As WSGI calls it; nobody but HEAD is answered without a body."""
        if environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        theirs = environ.get("gunicorn.socket")
        if type(theirs) is socket.socket and environ["SERVER_PROTOCOL"] in ("HTTP/1.0", "HTTP/1.1"):
            self._takes(taken(theirs), self._head())
            start_response(self.status, self.headers.to_wsgi_list())
            return []
        ours, given = socket.socketpair()
        self._takes(given, b"")
        self.response = _carry(ours)
        self.call_on_close(ours.close)
        return super().__call__(environ, start_response)

    def _head(self) -> bytes:
        """Without a length, and closed at its end: such a body needs no frames of its own (RFC 9112, 6.3)."""
        given = self.headers.to_wsgi_list()
        own = [("Date", http_date()), ("Connection", "close")]
        lines = [f"HTTP/1.1 {self.status}", *(f"{name}: {value}" for name, value in [*given, *own]), "", ""]
        return "\r\n".join(lines).encode("latin-1")


def taken(connection: socket.socket) -> socket.socket:
    """The connection, for its new owner. Who had it finds in its place one whose other end has hung up, and lets go of that."""
    ours = socket.socket(fileno=os.dup(connection.fileno()))
    left, other = socket.socketpair()
    with left, other:
        os.dup2(left.fileno(), connection.fileno(), inheritable=False)
    return ours


def _carry(connection: socket.socket) -> Iterator[bytes]:
    while piece := connection.recv(PIECE):
        yield piece
