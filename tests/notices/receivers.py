"""The other side: a receiver of webhooks and a mail server, real ones on this machine."""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from gridmap.notices.webhook import signature

SECRET = "shared-and-long-enough"
FRESH_S = 300


def genuine(secret: str, timestamp: int, body: bytes, signed: str, *, now: float) -> bool:
    """Whether a receiver may believe it: signed by who knows the secret, and not an old one played again."""
    return abs(now - timestamp) <= FRESH_S and hmac.compare_digest(signature(secret, timestamp, body), signed)


class Receiver:
    """A receiver of webhooks that answers as it is told, one status after another, then 204."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.location = ""

    @contextmanager
    def listening(self) -> Iterator[str]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append((dict(self.headers), body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 204)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its signature
                """Not on the tests' screen."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class Mailbox:
    """A mail server that keeps what it gets, and refuses as often as it is told."""

    def __init__(self) -> None:
        self.refusing = 0
        self.kept: list[tuple[str, list[str], EmailMessage]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if self.refusing:
            self.refusing -= 1
            return "451 come back later"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.kept.append((envelope.mail_from, envelope.rcpt_tos, mail))
        return "250 kept"
