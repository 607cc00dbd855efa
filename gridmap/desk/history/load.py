"""Load a file of history: batch by batch into pieces, then indexed, then attached."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.cases import taking, working
from gridmap.cases.many_due import ManyDue
from gridmap.cases.models import Alert
from gridmap.cases.past import history_ends
from gridmap.db import copy_binary, engine_of
from gridmap.desk.history import ledger, pieces, rows
from gridmap.desk.history.keys import Keys
from gridmap.desk.history.ledger import Begun, Work
from gridmap.desk.history.odd import Odd
from gridmap.desk.history.plain import Plain
from gridmap.desk.history.reading import Columns
from gridmap.desk.history.settled import COLUMNS, Settled
from gridmap.desk.loading.fields import known, strangers, synonyms
from gridmap.desk.loading.job import Job, Terms
from gridmap.desk.loading.report import Refusal, Report
from gridmap.errors import Conflict, Fault, Invalid, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files.columns import ALIASES, called
from gridmap.geo.files.placing import Way, unsaid, way
from gridmap.geo.streams import opening
from gridmap.geo.streams.batches import Batch, Source
from gridmap.grids.models import Publication
from gridmap.grids.publishing import hold
from gridmap.hands import ahead, second_hand
from gridmap.journal.write import Event, write

_LAYER = "cases"
_MOST_TWICE = 1000  # Keys that are told of.
_MOST_REFUSED = 100_000  # A file with as many is not looked at further: what is told of them has to find room.
_ODD_AT_ONCE = 20_000  # Rows that become objects at a time.
_AT_ONCE = 2  # Pieces that are indexed at a time: as many as a small machine has cores.
Part = tuple[Settled, NDArray[np.bool_]]  # Past cases, and which of the rows are meant.


def load_history(session: Session, path: Path, *, datum: Datum | None, terms: Terms, commit: bool) -> Report:
    """Bring a file of ended cases in, whole or not at all; go on where an earlier call with the same file was killed.

    It commits as it goes; nobody sees any of it before the last commit, which attaches all.

    Args:
        datum: what the sender says of the coordinates; None leaves it to the file.
        commit: without it all is checked and written, and taken away again.

    Raises:
        Invalid: the file as a whole makes no sense, or nobody names its datum.
        NotFound: there is no such file.
        Conflict: another load of history is under way, or what this one stands on has changed meanwhile.
    """
    with ledger.alone(engine_of(session)):
        job, source, there = _opened(session, path, datum, terms)
        work = Work.of(path, datum=job.datum, keep_outside=terms.keep_outside, limit_m=terms.nearest_limit_m)
        before = ledger.done_before(session, work)
        if before is not None and before.done_at is not None:
            job.report.total = job.report.unchanged = before.rows
            job.warn("file", msg("This file was loaded already, on %(at)s"), at=before.done_at.isoformat(timespec="seconds"))
            return job.report
        until = history_ends(terms.now)
        publication = _boundaries(session, until)
        begun = ledger.begin(session, work, publication, terms)
        session.commit()
        load = _Load(session, job, source, there, begun, until, publication, Keys(whole=not begun.rows))
        load.read(datum)
        load.end(commit=commit)
        job.report.refused.sort(key=lambda refusal: refusal.line)
        return job.report


def _opened(session: Session, path: Path, datum: Datum | None, terms: Terms) -> tuple[Job, Source, Way]:
    """The file, and the way from its coordinates to ours; rows that can't be read are noted as refusals."""
    refused: list[Refusal] = []
    source = opening.source(
        path, None, lambda number, fault, _: refused.append(Refusal(number, fault)), target=path.with_suffix("")
    )
    there = way(source.held.crs, source.held.datum, datum)
    if there is None:
        raise unsaid()
    report = Report(_LAYER, 0, source.held.counted, there.name or str(there.datum), refused=refused)
    job = Job(session, (), there.datum, report, terms)
    names = [name for name in source.held.schema.names if called(name) not in ALIASES and name != source.held.geometry]
    if doubled := synonyms(_LAYER, names):
        raise Invalid(msg("These columns mean the same: %(names)s"), field="file", names=", ".join(doubled)[:200])
    if ignored := strangers(_LAYER, names):
        job.warn("", msg("Columns that were not heeded: %(names)s"), names=", ".join(ignored)[:200])
    return job, source, there


def _boundaries(session: Session, until: datetime) -> int:
    """The publication after which nothing was published that history goes by; 0 before the first."""
    newest = select(func.max(Publication.id)).where(Publication.at < until)
    return session.execute(newest).scalar_one() or 0


@dataclass
class _Load:
    session: Session
    job: Job
    source: Source
    there: Way
    begun: Begun
    until: datetime
    publication: int
    keys: Keys

    def read(self, asked: Datum | None) -> None:
        """The whole file: each batch is read ahead, settled, and written behind. From the first refusal on nothing is written."""
        calendar = working.calendar(self.session)
        plain = Plain(self.session, self.until, self.job.terms.nearest_limit_m, ManyDue(calendar))
        odd = Odd(self.session, self.job, self.source.held, asked, self.until, calendar)
        engine, report = engine_of(self.session), self.job.report
        report.total = self.begun.rows
        with Session(engine) as writing, second_hand() as reader, second_hand() as writer:
            written: Callable[[], None] = _nothing
            for batch in ahead(reader, self.source.batches(self.begun.rows)):
                parts = self._settled(batch, plain, odd)
                written()  # At most one batch waits for the database.
                report.total += len(batch.numbers)
                if not report.refuses:
                    written = writer.ask(self._write, writing, parts, report.total)
                self.job.terms.progress("write", report.total, self.source.held.rows)
                if len(report.refused) >= _MOST_REFUSED:
                    self.job.warn(
                        "file", msg("There are too many refusals; the file was read up to here: %(rows)s"), rows=report.total
                    )
                    break
            written()
        self.session.commit()

    def _settled(self, batch: Batch, plain: Plain, odd: Odd) -> list[Part]:
        lon, lat = self.there.degrees(batch.x, batch.y)
        table = known(_LAYER, dict(zip(batch.table.column_names, batch.table.itercolumns(), strict=True)))
        settled, sound = plain.settle(Columns(table, lon, lat, batch.numbers))
        parts = [(settled, sound)]
        there, left = np.column_stack([lon, lat]), np.flatnonzero(~sound)
        for begin in range(0, len(left), _ODD_AT_ONCE):
            rest = odd.settle(batch, there, left[begin : begin + _ODD_AT_ONCE])
            parts += [(rest, np.ones(len(rest.line), dtype=bool))] if rest is not None else []
        return parts

    def _write(self, session: Session, parts: list[Part], total: int) -> None:
        for settled, which in parts:
            self.keys.add(settled.keys(which))
            months = settled.months(which)
            firsts = {month: ledger.piece_for(session, self.begun, month) for month in months}
            nexts = {month: first_id + self.begun.counts[first_id] for month, first_id in firsts.items()}
            for month, count, data in settled.by_month(which, nexts):
                stream = (rows.HEAD, data.data, rows.TAIL)
                copy_binary(session, pieces.name_of(firsts[month]), COLUMNS, stream)
                self.begun.counts[firsts[month]] += count
        self.begun.rows = total
        ledger.keep(session, self.begun)
        session.commit()

    def end(self, *, commit: bool) -> None:
        """What is there in pieces becomes history, or goes."""
        report, firsts = self.job.report, sorted(self.begun.counts)
        if not report.refuses:
            self._check_twice(firsts)
        if report.refuses:
            self._forget()
            return
        mark = self._mark()
        self._each(firsts, pieces.leave_out_known)
        self._each(firsts, lambda session, first_id: pieces.index(session, first_id, self.begun.counts[first_id]))
        report.new = sum(pieces.count(self.session, first_id) for first_id in firsts)
        if commit:
            self._attach(firsts, mark)
        else:
            self._forget()
        report.unchanged = report.total - report.new

    def _check_twice(self, firsts: list[int]) -> None:
        if self.keys.differ:
            return
        for source, source_id, lines in pieces.twice(self.session, firsts, most=_MOST_TWICE):
            values = {"field": "source_id", "value": f"{source} {source_id}"[:80], "first": lines[0]}
            fault = Fault("source_id", msg("%(value)s stands there already in %(first)s"), values)
            self.job.report.refused += [Refusal(line, fault) for line in lines[1:]]

    def _mark(self) -> int:
        """The alert after which those come that may have been taken since what is known was left out."""
        taking.keep_out(self.session)
        mark = self.session.execute(select(func.max(Alert.id))).scalar_one() or 0
        self.session.commit()
        return mark

    def _each(self, firsts: list[int], deed: Callable[[Session, int], None]) -> None:
        """Do it to every piece, some at a time, each in a transaction of its own."""

        def do(first_id: int) -> None:
            with Session(engine_of(self.session)) as session, session.begin():
                deed(session, first_id)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for ended in [pool.submit(do, first_id) for first_id in firsts]:
                ended.result()

    def _attach(self, firsts: list[int], mark: int) -> None:
        """In one transaction, in which no alert is taken and nothing is published."""
        report, session = self.job.report, self.session
        named, keys = pieces.referred(session, firsts), self.keys.sieve(session, self.begun.counts)
        session.commit()
        hold(session)
        taking.keep_out(session)
        if _boundaries(session, self.until) != self.publication or pieces.lost(session, *named):
            session.rollback()
            self._forget()
            raise Conflict(msg("Boundaries or categories of the past have changed while the file was loaded: load it again"))
        for first_id in firsts:
            report.new -= pieces.leave_out_since(session, first_id, mark)
            pieces.attach(session, first_id, self.begun.counts[first_id])
        ledger.done(session, self.begun, report.new, self.job.terms, keys)
        data = {"new": report.new, "unchanged": report.total - report.new}
        write(session, [Event(_LAYER, "cases.loaded", _LAYER, self.job.terms.actor, data)])
        session.commit()

    def _forget(self) -> None:
        ledger.forget(self.session, self.begun.load_id)
        self.session.commit()


def _nothing() -> None:
    """Nothing was asked yet."""
