"""Rows that are plainly in order, taken by whole columns: what they say, and the grids of their day.

It takes only what `loading.case_rows` would take, to the same effect, and leaves every other row to it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.cases.categories import CategoryKey, KnownCategory, catalogue
from gridmap.cases.many_due import EARLIEST, ManyDue
from gridmap.cases.past import ENDED_AS
from gridmap.desk.history import cells
from gridmap.desk.history.cells import Mask, Moments, Words
from gridmap.desk.history.settled import Settled, micros
from gridmap.desk.loading.case_rows import BASES, KINDS, MOST, MOST_ACCURACY_M, STATES, publications
from gridmap.places.lookup import cameras
from gridmap.routing.ask import index_at
from gridmap.routing.index import NOBODY, GridIndex
from gridmap.routing.route import Basis, Route, Rule
from gridmap.routing.zones import Sent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_MOST_KEY = 500  # Letters of what names a category, or a state.


class Columns(NamedTuple):
    """A batch by the columns of a case; `lon` and `lat` are degrees WGS-84, NaN where there is no place."""

    table: Mapping[str, Any]
    lon: Floats
    lat: Floats
    numbers: Ints


@dataclass
class _Read:
    """The columns read, and which rows are plainly in order so far."""

    words: dict[str, Words]
    texts: dict[str, Any]
    moments: dict[str, Moments]
    accuracy: Floats
    sound: Mask


@dataclass
class Plain:
    """What is known on the way: of one load, so that no batch asks again.

    Args:
        until: history ends there, see `cases.past.history_ends`.
        limit_m: how near a grid must be to a place that none covers.
    """

    session: Session
    until: datetime
    limit_m: float
    due: ManyDue
    _cameras: dict[str, bool] = field(default_factory=dict)
    _categories: dict[tuple[str, ...], KnownCategory | None] = field(default_factory=dict)

    def settle(self, given: Columns) -> tuple[Settled, Mask]:
        """All rows as if they were plainly in order, and which of them are; the others' columns mean nothing."""
        read = self._read(given)
        read.sound &= (np.abs(given.lon) <= 180) & (np.abs(given.lat) <= 90)
        category, categories = self._category(read)
        grid, publication, codes, routes = self._routed(given, read, category, categories)
        due_at, limited = self._due(read, category, categories)
        n = len(given.numbers)
        one_limit = [known.limit if known else None for known in categories]
        values = np.array([np.nan if limit is None else limit.value for limit in one_limit])
        settled = Settled(
            line=given.numbers,
            occurred_at=read.moments["occurred_at"].micros,
            received_at=read.moments["received_at"].micros,
            closed_at=read.moments["closed_at"].micros,
            due_at=Moments(due_at, limited),
            accuracy_m=read.accuracy,
            limit_value=values[category],
            category_id=np.array([known.id if known else -1 for known in categories])[category],
            publication=publication,
            ambiguous=np.zeros(n, dtype=bool),
            lon=given.lon,
            lat=given.lat,
            texts={
                **{name: read.words[name].column for name in ("source", "source_code", "camera_id")},
                **read.texts,
                "state": _coded(read.words["state"].each(lambda word: _ended_as(word) or 0), list(ENDED_AS)),
                "limit_unit": _coded(category, [None if limit is None else limit.unit.value for limit in one_limit]),
                "grid_code": _coded(grid, codes),
                "media": pa.nulls(n, pa.string()),
                "route": routes,
            },
        )
        return settled, read.sound

    def _read(self, given: Columns) -> _Read:
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
        read = _Read(words, texts, moments, accuracy, sound)
        self._check_words(read)
        self._check_moments(read)
        return read

    def _check_words(self, read: _Read) -> None:
        """What must be there is, and camera, state and basis are such that nothing more need be asked."""
        words = read.words
        self._ask_for_cameras(words["camera_id"].words)
        read.sound &= words["source"].where(bool) & np.asarray(pa.compute.not_equal(read.texts["source_id"], ""))
        read.sound &= words["state"].where(lambda word: _ended_as(word) is not None)
        read.sound &= words["basis"].where(lambda word: BASES.get(word) in (None, "location") and word in ("", *BASES))
        read.sound &= words["camera_id"].where(lambda word: self._cameras.get(word, False))

    def _ask_for_cameras(self, names: Sequence[str]) -> None:
        unknown = [name for name in names if name and name not in self._cameras]
        seen = cameras(self.session, unknown)
        self._cameras |= {"": True} | {name: name in seen for name in unknown}

    def _check_moments(self, read: _Read) -> None:
        occurred, received, closed = (read.moments[name] for name in ("occurred_at", "received_at", "closed_at"))
        came = np.where(received.there, received.micros, occurred.micros)
        read.moments["received_at"] = Moments(came, occurred.there)
        earliest, until = micros(EARLIEST), micros(self.until)
        for moment in (occurred.micros, came, closed.micros):
            read.sound &= (moment >= earliest) & (moment < until)
        read.sound &= occurred.there & closed.there & (closed.micros >= occurred.micros)

    def _category(self, read: _Read) -> tuple[Ints, list[KnownCategory | None]]:
        """For each row the place of its category among those that are named; a category that is not known is not in order."""
        names = ("code", "kind", "standard_ref", "source_code", "source")
        columns = [read.words[name] for name in names]
        row: Ints = np.zeros(len(read.sound), dtype=np.int64)
        for column in columns:
            row = row * len(column.words) + column.number
        _, first, place = np.unique(row, return_index=True, return_inverse=True)
        said = [tuple(column.words[column.number[i]] for column in columns) for i in first.tolist()]
        self._ask_for_categories(said)
        with_camera = read.words["camera_id"].number > 0
        fits = np.array([_fits(one, self._categories[one]) for one in said], dtype=bool)
        asks_camera = np.array([not one[0] and bool(one[3]) and self._categories[one] is None for one in said], dtype=bool)
        read.sound &= fits[place] & ~(asks_camera[place] & with_camera)
        return place.astype(np.int64), [self._categories[one] for one in said]

    def _ask_for_categories(self, said: Sequence[tuple[str, ...]]) -> None:
        asked = {one: _key(one) for one in said if one not in self._categories}
        keys = [key for key in asked.values() if isinstance(key, CategoryKey)]
        pairs = [(source, source_code) for (code, _, _, source_code, source) in asked if not code and source_code]
        found = catalogue(self.session, keys, pairs)
        for one, key in asked.items():
            known = found.by_key.get(key) if key else found.by_source_code.get((one[4], one[3]))
            self._categories[one] = known

    def _due(self, read: _Read, category: Ints, categories: list[KnownCategory | None]) -> tuple[Ints, Mask]:
        due_at = np.zeros(len(category), dtype=np.int64)
        limited = np.array([known is not None and known.limit is not None for known in categories], dtype=bool)[category]
        limited &= read.sound
        by_limit: dict[Any, list[int]] = {}
        for n, known in enumerate(categories):
            if known is not None and known.limit is not None:
                by_limit.setdefault(known.limit, []).append(n)
        for limit, members in by_limit.items():
            rows = np.flatnonzero(limited & np.isin(category, members))
            due_at[rows] = self.due.at(read.moments["received_at"].micros[rows], limit)
        return due_at, limited

    def _routed(
        self, given: Columns, read: _Read, category: Ints, categories: list[KnownCategory | None]
    ) -> tuple[Ints, Ints, list[str], Any]:
        """The grid of each row as its place in the codes, the publication, the codes, and the routes that are to be kept."""
        n = len(given.numbers)
        grid, publication = np.full(n, NOBODY, dtype=np.int64), np.zeros(n, dtype=np.int64)
        codes: dict[str, int] = {}
        kept: dict[int, str] = {}
        paths = [known.path if known else None for known in categories]
        for index, asked in self._by_boundaries(read):
            found = index.locate(given.lon[asked], given.lat[asked])
            covered = (found != NOBODY) & self._unambiguous(index, given, asked, read.accuracy)
            read.sound[asked[~covered]] = False
            rows, lies_in = asked[covered], found[covered]
            to = np.array([codes.setdefault(code, len(codes)) for code in index.codes], dtype=np.int64)
            grid[rows], publication[rows] = to[lies_in], index.publication
            for row, sent in self._zoned(index, given, rows, lies_in, [paths[c] for c in category[rows].tolist()]):
                route = self._sent(given, read, row, sent, index.publication)
                kept[row], grid[row] = orjson.dumps(route.facts()).decode(), codes.setdefault(sent.zone.target, len(codes))
        return grid, publication, list(codes), _sparse(kept, n)

    def _zoned(
        self, index: GridIndex, given: Columns, rows: Ints, lies_in: NDArray[np.int32], paths: Sequence[str | None]
    ) -> Iterator[tuple[int, Sent]]:
        """The rows that a special zone sends on."""
        if index.zones:
            taking = index.zones.taking(given.lon[rows], given.lat[rows], paths)
            for row, zone, grid in zip(rows.tolist(), taking, lies_in.tolist(), strict=True):
                if zone is not None:
                    yield row, Sent(zone, index.codes[grid])

    def _by_boundaries(self, read: _Read) -> list[tuple[GridIndex, Ints]]:
        """The indexes by which the rows are routed that are in order so far, and these rows."""
        rows = np.flatnonzero(read.sound)
        moments = publications(self.session)
        if not moments:
            read.sound[rows] = False
            return []
        at = np.array([micros(moment) for moment in moments])
        number = np.maximum(np.searchsorted(at, read.moments["occurred_at"].micros[rows], side="right") - 1, 0)
        return [(index_at(self.session, moments[n]), rows[number == n]) for n in np.unique(number).tolist()]

    def _unambiguous(self, index: GridIndex, given: Columns, rows: Ints, accuracy: Floats) -> Mask:
        """Whether surely no other grid comes into question: the sender vouches for no radius, or none lies within it."""
        fine = np.isnan(accuracy[rows])
        asked = rows[~fine]
        fine[~fine] = index.alone(given.lon[asked], given.lat[asked], accuracy[asked])
        return fine

    def _sent(self, given: Columns, read: _Read, row: int, sent: Sent, publication: int) -> Route:
        point = (float(given.lon[row]), float(given.lat[row]))
        accuracy = None if np.isnan(read.accuracy[row]) else float(read.accuracy[row])
        return Route(
            Rule.COVERS,
            Basis.LOCATION,
            sent.zone.target,
            point,
            publication,
            accuracy_m=accuracy,
            limit_m=self.limit_m,
            sent=sent,
        )


def _ended_as(word: str) -> int | None:
    """The place of a state among those that past cases can have."""
    state = STATES.get(word) or STATES.get(word.lower())
    return next((n for n, ended in enumerate(ENDED_AS) if ended == state), None)


def _key(said: tuple[str, ...]) -> CategoryKey | None:
    """The category a row names."""
    code, kind, standard_ref, *_ = said
    return CategoryKey(standard_ref, KINDS.get(kind) or KINDS.get(kind.lower()) or "", code) if code else None


def _fits(said: tuple[str, ...], known: KnownCategory | None) -> bool:
    return known is not None or not said[0]


def _coded(number: Ints, words: Sequence[str | None]) -> Any:
    known = pa.array([word or "" for word in words], pa.string())
    none = np.array([word is None for word in words], dtype=bool) if words else np.empty(0, dtype=bool)
    absent = number < 0
    absent[~absent] = none[number[~absent]]
    return pa.DictionaryArray.from_arrays(pa.array(np.maximum(number, 0), mask=absent), known)


def _sparse(kept: Mapping[int, str], count: int) -> Any:
    number = np.full(count, NOBODY, dtype=np.int64)
    number[list(kept)] = np.arange(len(kept))
    return pa.DictionaryArray.from_arrays(pa.array(np.maximum(number, 0), mask=number < 0), pa.array(kept.values(), pa.string()))
