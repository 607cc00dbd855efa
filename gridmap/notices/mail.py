"""Notices by mail: plain text, Chinese first, through the one mail server the settings name."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from gridmap.notices.webhook import NotDelivered

TIMEOUT_S = 10.0


@dataclass(frozen=True)
class MailServer:
    """Where mail goes out; `security` is none, starttls or tls."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    username: str = ""
    password: str = ""


def letter(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    """A mail; headers are made of single lines, whatever the texts hold."""
    made = EmailMessage()
    made["From"], made["To"] = sender, to
    made["Subject"] = " ".join(subject.split())
    made["Date"] = formatdate()
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip("> ") or None)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def send(server: MailServer, mail: EmailMessage) -> None:
    """Hand it to the mail server.

    Raises:
        NotDelivered: the server was not there, or did not take it.
    """
    try:
        with _connected(server) as smtp:
            if server.username:
                smtp.login(server.username, server.password)
            smtp.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=ssl.create_default_context())
    smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    if server.security == "starttls":
        try:
            smtp.starttls(context=ssl.create_default_context())
        except BaseException:
            smtp.close()
            raise
    return smtp
