"""The second factor: six digits that change every 30 seconds (TOTP, RFC 6238), and recovery codes for a lost phone. Pure."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp

ISSUER = "Gridmap"
STEP_S = 30
HOW_MANY = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def fresh_secret() -> str:
    """A new secret, base 32, 160 bits."""
    return pyotp.random_base32()


def address(secret: str, username: str) -> str:
    """What the authenticator reads from the QR code (otpauth://…)."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=username, issuer_name=ISSUER)


def step_of(secret: str, code: str, *, now: datetime, after: int) -> int | None:
    """The time step a code belongs to: this one, the one before or the next, and later than `after`, so that none is good
    twice (RFC 6238, 5.2). None when it is no code of these."""
    digits = "".join(code.split())
    if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
        return None
    totp, present = pyotp.TOTP(secret, interval=STEP_S), int(now.timestamp()) // STEP_S
    for step in (present - 1, present, present + 1):
        if step > after and hmac.compare_digest(totp.generate_otp(step), digits):
            return step
    return None


def recovery_codes() -> list[str]:
    """Ten codes, each good once; some 50 bits each."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(HOW_MANY)]


def digest(code: str) -> bytes:
    """A recovery code as it is kept; spaces, hyphens and capitals don't matter."""
    return hashlib.sha256("".join(code.lower().replace("-", "").split()).encode()).digest()
