"""Passwords: which are good enough, how they are kept, and one made up by the program. Pure.

After NIST SP 800-63B-4, 3.1.1.2: a length, no rules of composition, and none that is common, guessable or the name itself.
Kept as argon2id with the parameters of RFC 9106 (the second, for little memory): 64 MiB, three passes.
"""

import secrets
from functools import cache
from threading import BoundedSemaphore
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from gridmap.errors import Invalid, msg

SHORTEST, LONGEST = 10, 128
GUESSABLE = 2  # zxcvbn's scale of 0 to 4: below, under 10^6 guesses
_LOOKED_AT = 72  # zxcvbn's own limit
_hasher = PasswordHasher()
# Each hash takes 64 MiB: hundreds at once would take the machine's memory.
_at_once = BoundedSemaphore(4)
# No 0/O, 1/l/I: it is read from a screen or a slip of paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY234679"


def _same_everywhere(password: str) -> str:
    """Keyboards differ in how they put letters together (NFKC, as the standard asks)."""
    return normalize("NFKC", password)


def hashed(password: str) -> str:
    """The password as it is kept."""
    with _at_once:
        return _hasher.hash(_same_everywhere(password))


@cache
def _nobodys() -> str:
    """What a name nobody has is compared with, so that it takes as long."""
    return _hasher.hash(secrets.token_urlsafe())


def matches(password: str, kept: str | None) -> bool:
    """Whether it is the one that was kept; takes as long where there is none."""
    tried = _same_everywhere(password)[:LONGEST]
    with _at_once:
        try:
            return _hasher.verify(kept or _nobodys(), tried) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """Whether it was kept with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def check(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Whether a password is good enough; `about` is what others know of its owner: username, name.

    Raises:
        Invalid: too short, too long, or one of the first that a guesser tries.
    """
    if len(password) < SHORTEST:
        raise Invalid(msg("A password has at least %(least)s characters"), field="password", least=SHORTEST)
    if len(_same_everywhere(password)) > LONGEST:
        raise Invalid(msg("A password has at most %(most)s characters"), field="password", most=LONGEST)
    lowered = password.lower()
    if any(len(word) > 2 and word.lower() in lowered and len(password) - len(word) < SHORTEST - 2 for word in about):
        raise Invalid(msg("The password is the name with little around it; choose another"), field="password")
    if zxcvbn(password[:_LOOKED_AT], user_inputs=["gridmap", "wanggehua", *about])["score"] < GUESSABLE:
        raise Invalid(
            msg("This password is easily guessed; several words that have nothing to do with each other are better"),
            field="password",
        )


def made_up() -> str:
    """A password for the first sign-in: sixteen letters in four groups, some 90 bits."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
