"""Signed links: what a token says is what we once wrote, or it is nothing. Nothing secret is kept anywhere."""

import hashlib
from datetime import datetime

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from gridmap.cases.loop_models import RatingLink


def token_of(link: RatingLink, secret: str | None = None) -> str:
    """The token of a rating link: always the same one, so that it can be shown again. Outside of requests `secret` is needed."""
    return str(_signer(secret).dumps([link.id, _mark(link.made_at)]))


def link_id_of(token: str) -> tuple[int, int] | None:
    """A token's link id and mark; None when we never wrote it."""
    try:
        link_id, mark = _signer().loads(token[:200])
    except (BadData, TypeError, ValueError):
        return None
    return (link_id, mark) if isinstance(link_id, int) and isinstance(mark, int) else None


def fits(link: RatingLink, mark: int) -> bool:
    """Whether a token was written for this very link: another database under the same secret has links of the same ids."""
    return _mark(link.made_at) == mark


def _mark(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def _signer(secret: str | None = None) -> URLSafeSerializer:
    key = secret or str(current_app.config["SECRET_KEY"])
    return URLSafeSerializer(key, salt="gridmap rating link", signer_kwargs={"digest_method": hashlib.sha256})
