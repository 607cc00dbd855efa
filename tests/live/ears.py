"""The far end of a line: what a client hears."""

import socket
from typing import ClassVar

from tests.waiting import LONG_S, eventually


class Ear:
    """One end of a connection; `given` is the other, for whoever writes.

    Args:
        room: bytes that the connection holds while nobody reads; as much as the system gives, unless told.
    """

    _open: ClassVar[list["Ear"]] = []

    def __init__(self, room: int | None = None) -> None:
        self._here, self.given = socket.socketpair()
        if room:
            self.given.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
        self._here.settimeout(0)
        self._got = b""
        self.ended = False
        self._open.append(self)

    def heard(self) -> bytes:
        """Everything that has come so far."""
        while not self.ended:
            try:
                piece = self._here.recv(1 << 20)
            except BlockingIOError:
                break
            except ConnectionResetError:
                piece = b""
            self.ended = not piece
            self._got += piece
        return self._got

    def hears(self, what: bytes) -> bytes:
        """Waits until this has come; everything up to then."""
        eventually(lambda: what in self.heard(), LONG_S)
        return self._got

    def wait_for_the_end(self) -> bytes:
        """Waits until the other end has hung up; everything that came before."""
        eventually(lambda: self.heard() is not None and self.ended, LONG_S)
        return self._got

    def say(self, words: bytes) -> None:
        """What a client of such a stream never does."""
        self._here.sendall(words)

    def hang_up(self) -> None:
        """The client goes."""
        self._here.close()

    @classmethod
    def close_all(cls) -> None:
        """After a test: whatever it left open."""
        for ear in cls._open:
            ear.hang_up()
        cls._open.clear()
