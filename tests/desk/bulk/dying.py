"""`gridmap` with a life that ends: it kills itself while it routes, as a power cut would, with more rows read ahead.

`python -m tests.desk.bulk.dying ROW WORDS…`
"""

import os
import signal
import sys
from unittest import mock

from gridmap.cli import main
from gridmap.desk.bulk.tally import Tally
from gridmap.geo.streams import batches, delimited, parquet_writing
from gridmap.routing.bulk import Grids


def doom(row: int) -> None:
    """From now on this process dies once it has counted more than `row` rows."""
    own = Tally.add

    def add(self: Tally, grids: Grids) -> None:
        own(self, grids)
        if self.rows > row:
            os.kill(os.getpid(), signal.SIGKILL)

    mock.patch.object(Tally, "add", add).start()


if __name__ == "__main__":
    parquet_writing.PART_ROWS = 4000
    for module in (delimited, batches):
        vars(module)["BATCH_BYTES"] = 1 << 16
    doom(int(sys.argv[1]))
    main(sys.argv[2:])
