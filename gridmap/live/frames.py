"""Server-sent events as bytes (WHATWG HTML, "Server-sent events"). Pure."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from gridmap.cases.following import FOR_EVERYBODY
from gridmap.journal.feed import Happening
from gridmap.notices.giving import GIVEN

HEARTBEAT = b":\n\n"
RETRY_MS = 2000
# What maps draw, and that a plan went on (never what was drawn). People, rosters, accounts, keys and notices are told by their
# own pages, to those who may see them.
SHOWN = frozenset({"cases", "grids", "cameras", "service-points", "categories", "plans"})


def frame(kind: str, data: dict[str, Any], *, position: int, retry_ms: int | None = None) -> bytes:
    """One event. The id is the feed position the client resumes from; `data` is one line of JSON."""
    retry = b"" if retry_ms is None else b"retry: %d\n" % retry_ms
    return b"%bid: %d\nevent: %b\ndata: %b\n\n" % (retry, position, kind.encode(), orjson.dumps(data))


@dataclass(frozen=True, slots=True)
class Listening:
    """Who listens, as notices know their owners; nobody in particular gets only what is everybody's."""

    account_id: int | None = None
    person_id: int | None = None


ANYBODY = Listening()


def _owns(happening: Happening, who: Listening) -> bool:
    data = happening.data
    return who.account_id in data.get("accounts", ()) or who.person_id in data.get("persons", ())


def _of_ones_own(happening: Happening) -> bytes:
    """A notice as its owner gets it: what it is about, not who else got it."""
    told = happening._asdict() | {"data": {name: happening.data[name] for name in ("kind", "facts")}}
    del told["actor"]
    return frame(happening.kind, told, position=happening.position)


def encode_for(happening: Happening, who: Listening) -> bytes:
    """A happening as somebody gets it who listens: their own notices in full, everything else as everybody does."""
    if happening.kind == GIVEN and _owns(happening, who):
        return _of_ones_own(happening)
    return encode(happening)


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
    """Consecutive events, encoded once for all clients: positions ascending, and one frame for each.

    `notices` are those among them that somebody gets in full, by their place in `frames`.
    """

    positions: tuple[int, ...]
    frames: tuple[bytes, ...]
    joined: bytes
    notices: tuple[tuple[int, Happening], ...] = ()

    @classmethod
    def of(cls, happenings: Sequence[Happening]) -> "Batch":
        """Encode at least one happening."""
        frames = tuple(encode(happening) for happening in happenings)
        notices = tuple((i, happening) for i, happening in enumerate(happenings) if happening.kind == GIVEN)
        return cls(tuple(happening.position for happening in happenings), frames, b"".join(frames), notices)

    @property
    def last(self) -> int:
        """The newest position in it."""
        return self.positions[-1]

    def after(self, position: int, who: Listening = ANYBODY) -> bytes:
        """The events that come after `position`, as `who` gets them; empty when there is none."""
        mine = {i: _of_ones_own(notice) for i, notice in self.notices if _owns(notice, who)}
        if self.positions[0] > position and not mine:
            return self.joined
        first = bisect_right(self.positions, position)
        return b"".join(mine.get(i, self.frames[i]) for i in range(first, len(self.frames)))
