"""What the columns of a batch say, and which rows say it plainly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from pyarrow import compute
from sqlalchemy.orm import Session

from gridmap.cases.many_due import EARLIEST
from gridmap.cases.past import ENDED_AS
from gridmap.desk.history import cells
from gridmap.desk.history.cells import Mask, Moments, Words
from gridmap.desk.history.settled import Floats, Ints, micros
from gridmap.desk.loading.case_rows import BASES, MOST, MOST_ACCURACY_M, STATES
from gridmap.places.lookup import cameras

_MOST_KEY = 500  # Letters of what names a category, or a state.


class Columns(NamedTuple):
    """A batch by the columns of a case; `lon` and `lat` are degrees WGS-84, NaN where there is no place."""

    table: Mapping[str, Any]
    lon: Floats
    lat: Floats
    numbers: Ints


@dataclass
class Read:
    """The columns read, and which rows are plainly in order so far."""

    words: dict[str, Words]
    texts: dict[str, Any]
    moments: dict[str, Moments]
    accuracy: Floats
    sound: Mask


@dataclass
class Reader:
    """What is known on the way, of one load.

    Args:
        until: history ends there, see `cases.past.history_ends`.
    """

    session: Session
    until: datetime
    _cameras: dict[str, bool] = field(default_factory=dict)

    def read(self, given: Columns) -> Read:
        """A batch, and which of its rows are plainly in order as far as they can be told one by one."""
        table, n = given.table, len(given.numbers)
        sound = np.ones(n, dtype=bool)
        words, texts, moments = {}, {}, {}
        for name in ("source", "source_code", "camera_id", "standard_ref", "kind", "code", "state", "basis"):
            words[name], fine = cells.words(table.get(name), n, most=MOST.get(name, _MOST_KEY))
            sound &= fine
        for name in ("source_id", "address", "text"):
            texts[name], fine = cells.texts(table.get(name), n, most=MOST[name])
            sound &= fine
        for name in ("occurred_at", "received_at", "closed_at"):
            moments[name], fine = cells.moments(table.get(name), n)
            sound &= fine
        accuracy, fine = cells.measures(table.get("accuracy_m"), n, most=MOST_ACCURACY_M)
        sound &= fine & cells.bare(table.get("media"), n)
        read = Read(words, texts, moments, accuracy, sound)
        self._check_words(read)
        self._check_moments(read)
        return read

    def _check_words(self, read: Read) -> None:
        """What must be there is, and camera, state and basis are such that nothing more need be asked."""
        words = read.words
        self._ask_for_cameras(words["camera_id"].words)
        read.sound &= words["source"].where(bool) & np.asarray(compute.not_equal(read.texts["source_id"], ""))
        read.sound &= words["state"].where(lambda word: ended_as(word) is not None)
        read.sound &= words["basis"].where(lambda word: BASES.get(word) in (None, "location") and word in ("", *BASES))
        read.sound &= words["camera_id"].where(lambda word: self._cameras.get(word, False))

    def _ask_for_cameras(self, names: Sequence[str]) -> None:
        unknown = [name for name in names if name and name not in self._cameras]
        seen = cameras(self.session, unknown)
        self._cameras |= {"": True} | {name: name in seen for name in unknown}

    def _check_moments(self, read: Read) -> None:
        occurred, received, closed = (read.moments[name] for name in ("occurred_at", "received_at", "closed_at"))
        came = np.where(received.there, received.micros, occurred.micros)
        read.moments["received_at"] = Moments(came, occurred.there)
        earliest, until = micros(EARLIEST), micros(self.until)
        for moment in (occurred.micros, came, closed.micros):
            read.sound &= (moment >= earliest) & (moment < until)
        read.sound &= occurred.there & closed.there & (closed.micros >= occurred.micros)


def ended_as(word: str) -> int | None:
    """The place of a state among those that past cases can have."""
    state = STATES.get(word) or STATES.get(word.lower())
    return next((n for n, ended in enumerate(ENDED_AS) if ended == state), None)
