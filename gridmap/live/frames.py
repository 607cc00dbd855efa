"""Server-sent events as bytes (WHATWG HTML, "Server-sent events"). Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from gridmap.cases.following import FOR_EVERYBODY
from gridmap.journal.feed import Happening

HEARTBEAT = b":\n\n"
RETRY_MS = 2000
# What maps draw. People, rosters, accounts, keys and notices are told by their own pages, to those who may see them.
SHOWN = frozenset({"cases", "grids", "cameras", "service-points", "categories"})


def frame(kind: str, data: dict[str, Any], *, position: int, retry_ms: int | None = None) -> bytes:
    """One event. The id is the feed position the client resumes from; `data` is one line of JSON."""
    retry = b"" if retry_ms is None else b"retry: %d\n" % retry_ms
    return b"%bid: %d\nevent: %b\ndata: %b\n\n" % (retry, position, kind.encode(), orjson.dumps(data))


def encode(happening: Happening) -> bytes:
    """A happening as its event. Who did it stays in the journal: the stream is for everybody who sees the map.

    Of what is not for everybody the stream tells only that it happened, so that positions stay without a gap.
    """
    told = happening._asdict()
    del told["actor"]
    if happening.topic not in SHOWN:
        told |= {"subject": "", "data": {}}
    elif "action" in happening.data:  # What people said about a case is for those in whose scope it lies.
        told["data"] = {key: value for key, value in happening.data.items() if key in FOR_EVERYBODY}
    return frame(happening.kind, told, position=happening.position)


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive events, encoded once for all clients: positions ascending, and one frame for each."""

    positions: tuple[int, ...]
    frames: tuple[bytes, ...]
    joined: bytes

    @classmethod
    def of(cls, happenings: Sequence[Happening]) -> "Batch":
        """Encode at least one happening."""
        frames = tuple(encode(happening) for happening in happenings)
        return cls(tuple(happening.position for happening in happenings), frames, b"".join(frames))

    @property
    def last(self) -> int:
        """The newest position in it."""
        return self.positions[-1]

    def after(self, position: int) -> bytes:
        """The events that come after `position`; empty when there is none."""
        if self.positions[0] > position:
            return self.joined
        return b"".join(self.frames[bisect_right(self.positions, position) :])
