"""Signed links: what a token says is what we once wrote, or it is nothing. Nothing secret is kept anywhere."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer


class Leads(StrEnum):
    """What a link leads to; a token of one kind is nothing to another. The words are part of every token's signature."""

    RATING = "gridmap rating link"
    PLAN = "gridmap plan link"


class Link(Protocol):
    """A row a link was written for."""

    @property
    def id(self) -> int: ...  # its number
    @property
    def made_at(self) -> datetime: ...  # when


def token_of(link: Link, secret: str | None = None, *, leads: Leads = Leads.RATING) -> str:
    """The token of a link: always the same one, so that it can be shown again. Outside of requests `secret` is needed."""
    return str(_signer(leads, secret).dumps([link.id, _mark(link.made_at)]))


def link_id_of(token: str, *, leads: Leads = Leads.RATING) -> tuple[int, int] | None:
    """A token's link id and mark; None when we never wrote it."""
    try:
        link_id, mark = _signer(leads).loads(token[:200])
    except (BadData, TypeError, ValueError):
        return None
    return (link_id, mark) if isinstance(link_id, int) and isinstance(mark, int) else None


def fits(link: Link, mark: int) -> bool:
    """Whether a token was written for this very link: another database under the same secret has links of the same ids."""
    return _mark(link.made_at) == mark


def _mark(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def _signer(leads: Leads, secret: str | None = None) -> URLSafeSerializer:
    key = secret or str(current_app.config["SECRET_KEY"])
    return URLSafeSerializer(key, salt=leads.value, signer_kwargs={"digest_method": hashlib.sha256})
