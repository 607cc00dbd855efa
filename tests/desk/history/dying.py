"""`gridmap` with a life that ends while it loads history: as a power cut would end it.

`python -m tests.desk.history.dying DEED WORDS…`: it dies when `DEED` of a load is done for the second time, or when it is to
be done at all.
"""

import os
import signal
import sys
from typing import Any
from unittest import mock

from gridmap.cli import main
from gridmap.desk.history.filling import Filling
from gridmap.desk.history.load import _Load
from gridmap.geo.streams import parquet

BATCH = 500


def doom(deed: str, lives: int) -> None:
    """From now on this process dies when the deed is to be done for the last time."""
    owner = Filling if hasattr(Filling, deed) else _Load
    own = getattr(owner, deed)
    left = [lives]

    def do(self: Any, *given: Any, **more: Any) -> Any:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return own(self, *given, **more)

    mock.patch.object(owner, deed, do).start()


if __name__ == "__main__":
    mock.patch.object(parquet, "batch_rows", return_value=BATCH).start()
    doom(sys.argv[1], 3 if sys.argv[1] == "_write" else 1)
    main(sys.argv[2:])
