"""Files in a bucket of S3-compatible storage (obstore, the object_store library of Apache Arrow)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from gridmap.errors import Unavailable, msg
from gridmap.store.storage import NAME, Gone, Stored, checked

if TYPE_CHECKING:
    from obstore.store import S3Config


class Bucket:
    """A bucket that exists already; its owner makes it, and its rules for versions and backups."""

    def __init__(self, name: str, *, endpoint: str, region: str, key_id: str, secret: str) -> None:
        config: S3Config = {"region": region, "access_key_id": key_id, "secret_access_key": secret}
        if endpoint:
            config["endpoint"] = endpoint
        self._store = S3Store(
            name,
            config=config,
            client_options={"allow_http": endpoint.startswith("http://"), "timeout": timedelta(seconds=30)},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
        )

    def put(self, name: str, data: bytes) -> None:
        """See `Storage.put`: an object becomes visible whole, or not at all."""
        try:
            obstore.put(self._store, checked(name), data)
        except BaseError as error:
            raise _away(error) from error

    def get(self, name: str) -> bytes:
        """See `Storage.get`."""
        try:
            return bytes(obstore.get(self._store, checked(name)).bytes())
        except FileNotFoundError:
            raise Gone(msg("This file is gone from the storage")) from None
        except BaseError as error:
            raise _away(error) from error

    def delete(self, name: str) -> None:
        """See `Storage.delete`."""
        try:
            obstore.delete(self._store, checked(name))
        except FileNotFoundError:
            return
        except BaseError as error:
            raise _away(error) from error

    def names(self) -> Iterator[Stored]:
        """See `Storage.names`; other objects of the bucket are none of ours."""
        try:
            for some in obstore.list(self._store):
                yield from (Stored(one["path"], one["size"], one["last_modified"]) for one in some if NAME.fullmatch(one["path"]))
        except BaseError as error:
            raise _away(error) from error


def _away(error: BaseError) -> Unavailable:
    return Unavailable(msg("The storage of photos does not answer: %(reason)s"), reason=str(error).splitlines()[0][:200])
