"""What a gunicorn worker does when it is told to go: it ends its live streams first.

Without that it waits the whole graceful time-out for streams that never end by themselves.
"""

import signal
from types import FrameType
from typing import Any

from gridmap.api.live import end_streams


def end_streams_first(worker: Any) -> None:
    """Put this before the signal handlers of a gunicorn worker that has its application and serves next."""
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
        before = signal.getsignal(number)

        def end_first(got: int, frame: FrameType | None, before: Any = before) -> None:
            end_streams(worker.wsgi)
            if callable(before):
                before(got, frame)

        signal.signal(number, end_first)
