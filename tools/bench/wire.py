"""HTTP/1.1 over one kept-alive connection, with next to no cost of its own: the load must not come from its measuring."""

import socket
from collections.abc import Mapping
from typing import NamedTuple, Self


class Answer(NamedTuple):
    """A whole response; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """One connection to 127.0.0.1. `with Wire(port) as wire: wire.get("/")`."""

    def __init__(self, port: int, headers: Mapping[str, str] | None = None, *, patience_s: float = 60.0) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=patience_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._input = self._socket.makefile("rb")
        self._common = "".join(f"{name}: {value}\r\n" for name, value in {"Host": f"127.0.0.1:{port}", **(headers or {})}.items())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._input.close()
        self._socket.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a GET and read its answer."""
        return self._ask("GET", path, headers or {}, b"")

    def post(self, path: str, body: bytes, *, kind: str = "application/json") -> Answer:
        """Send a POST and read its answer."""
        return self._ask("POST", path, {"Content-Type": kind, "Content-Length": str(len(body))}, body)

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._socket.sendall(f"{method} {path} HTTP/1.1\r\n{self._common}{named}\r\n".encode() + body)
        status = int(self._input.readline().split(b" ", 2)[1])
        told = dict(self._headers())
        return Answer(status, told, self._body(told, status))

    def _headers(self) -> list[tuple[str, str]]:
        found = []
        while line := self._input.readline().decode("latin-1").strip():
            name, _, value = line.partition(":")
            found.append((name.lower(), value.strip()))
        return found

    def _body(self, headers: Mapping[str, str], status: int) -> bytes:
        if status == 304:
            return b""
        if "content-length" in headers:
            return self._input.read(int(headers["content-length"]))
        parts = []
        while size := int(self._input.readline(), 16):
            parts.append(self._input.read(size))
            self._input.readline()
        self._input.readline()
        return b"".join(parts)
