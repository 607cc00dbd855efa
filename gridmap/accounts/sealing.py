"""Seals what must be read again (the second factor's secret) with the program's own key, so that the database alone gives it
away to nobody. AES-256-GCM; the account is part of what is sealed, so that one can't be put in place of another. Pure."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gridmap.errors import Unavailable, msg

_NONCE = 12


class Seal:
    """Seals and opens by a key derived from GRIDMAP_SECRET_KEY."""

    def __init__(self, secret_key: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=b"gridmap second factor").derive(secret_key.encode())
        self._cipher = AESGCM(derived)

    def close(self, text: str, owner: str) -> bytes:
        """The text, sealed for its owner."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), owner.encode())

    def open(self, sealed: bytes, owner: str) -> str:
        """The text again.

        Raises:
            Unavailable: it was sealed with another key: GRIDMAP_SECRET_KEY has changed.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode()).decode()
        except InvalidTag:
            raise Unavailable(
                msg("The second factor was kept with another GRIDMAP_SECRET_KEY; an administrator can remove it")
            ) from None
