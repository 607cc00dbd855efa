"""Notices are given at the desk of the tiny town, and go out to real servers on this machine."""

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from gridmap.notices.mail import MailServer
from gridmap.notices.webhook import Webhook
from tests.desk.conftest import desk
from tests.notices.receivers import SECRET, Mailbox, Receiver
from tests.ports import free_port

__all__ = ["desk"]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def hook(receiver: Receiver) -> Iterator[Webhook]:
    with receiver.listening() as url:
        yield Webhook(url, SECRET)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox) -> Iterator[MailServer]:
    port = free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield MailServer("127.0.0.1", port, "网格地图 <gridmap@town.example>", "none")
    controller.stop()
