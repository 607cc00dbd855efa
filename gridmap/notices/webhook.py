"""Webhooks: one POST a notice to the one address the settings name, signed so that the receiver knows it is ours.

`X-Gridmap-Signature: sha256=…` is HMAC-SHA256 over `TIMESTAMP.BODY` with the shared secret, `X-Gridmap-Timestamp` the
timestamp (Unix seconds): who checks both, and that the timestamp is fresh, can't be fooled by a replay. The same
`X-Gridmap-Delivery` may come twice, when a worker died between sending and writing that down.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

import orjson
import requests

TIMEOUT_S = (3.05, 10.0)


class NotDelivered(Exception):
    """The other side did not take it; says why."""


@dataclass(frozen=True)
class Webhook:
    """Where to, and the secret both sides know."""

    url: str
    secret: str


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """As it stands in the header."""
    return "sha256=" + hmac.new(secret.encode(), b"%d.%b" % (timestamp, body), hashlib.sha256).hexdigest()


def post(hook: Webhook, delivery: int, facts: dict[str, Any], *, timestamp: int) -> None:
    """Send it. Redirects are not followed, and no proxy of the environment is asked: it goes to this host or nowhere.

    Raises:
        NotDelivered: no answer, or another one than 2xx.
    """
    body = orjson.dumps(facts)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "gridmap",
        "X-Gridmap-Delivery": str(delivery),
        "X-Gridmap-Timestamp": str(timestamp),
        "X-Gridmap-Signature": signature(hook.secret, timestamp, body),
    }
    try:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(hook.url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False, stream=True)
            status = answer.status_code
            answer.close()
    except requests.RequestException as error:
        raise NotDelivered(f"{type(error).__name__}: {error}") from error
    if not 200 <= status < 300:
        raise NotDelivered(f"HTTP {status}")
