"""Load a file of history: batch by batch into pieces, then indexed, then attached."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.cases import taking, working
from gridmap.cases.many_due import ManyDue
from gridmap.cases.models import Alert
from gridmap.cases.past import history_ends
from gridmap.db import engine_of
from gridmap.desk.history import known, ledger, pieces
from gridmap.desk.history.filling import LAYER, Filling
from gridmap.desk.history.keys import Keys
from gridmap.desk.history.ledger import Begun, Work
from gridmap.desk.history.odd import Odd
from gridmap.desk.history.pieces import Ended
from gridmap.desk.history.plain import Plain
from gridmap.desk.loading.fields import strangers, synonyms
from gridmap.desk.loading.job import Job, Terms
from gridmap.desk.loading.report import Refusal, Report
from gridmap.errors import Conflict, Fault, Invalid, msg
from gridmap.geo.datum import Datum
from gridmap.geo.files.columns import ALIASES, called
from gridmap.geo.files.placing import Way, unsaid, way
from gridmap.geo.streams import opening
from gridmap.geo.streams.batches import Source
from gridmap.grids.models import Publication
from gridmap.grids.publishing import hold
from gridmap.journal.write import Event, write

_MOST_TWICE = 1000  # Keys that are told of.
_AT_ONCE = 2  # Deeds that the database does at a time: as many as a small machine has cores.

Result = TypeVar("Result")


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
    report = Report(LAYER, 0, source.held.counted, there.name or str(there.datum), refused=refused)
    job = Job(session, (), there.datum, report, terms)
    names = [name for name in source.held.schema.names if called(name) not in ALIASES and name != source.held.geometry]
    if doubled := synonyms(LAYER, names):
        raise Invalid(msg("These columns mean the same: %(names)s"), field="file", names=", ".join(doubled)[:200])
    if ignored := strangers(LAYER, names):
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
        """The whole file, into pieces."""
        calendar, terms = working.calendar(self.session), self.job.terms
        plain = Plain(self.session, self.until, terms.nearest_limit_m, ManyDue(calendar))
        odd = Odd(self.session, self.job, self.source.held, asked, self.until, calendar)
        Filling(self.session, self.job, self.source, self.there, self.begun, self.keys, plain, odd).fill()

    def end(self, *, commit: bool) -> None:
        """What is there in pieces becomes history, or goes."""
        report, counts = self.job.report, self.begun.counts
        if not report.refuses:
            self._check_twice(sorted(counts))
        if report.refuses:
            self._forget()
            return
        mark = self._mark()
        among = known.suspects(self.session, self.keys, mark)
        self.session.commit()
        longest = sorted(counts, key=lambda first_id: -counts[first_id])  # First: so none is begun last that all wait for.
        first, *others = pieces.INDEXES  # Whoever leaves out asks for cases by their ids.
        self._each([partial(pieces.index, first_id=one, which=first) for one in longest])
        self._each([partial(known.leave_out, first_id=one, count=counts[one], among=among) for one in longest])
        self._each([partial(pieces.index, first_id=one, which=which) for which in others for one in longest])
        ended = self._each([partial(pieces.end, first_id=one, count=counts[one]) for one in longest])
        report.new = sum(piece.cases for piece in ended)
        if commit:
            self._attach(ended, mark)
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

    def _each(self, deeds: Sequence[Callable[[Session], Result]]) -> list[Result]:
        """Do them, some at a time, each in a transaction of its own."""

        def do(deed: Callable[[Session], Result]) -> Result:
            with Session(engine_of(self.session)) as session, session.begin():
                ledger.claim(session, self.begun, shared=True)
                return deed(session)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(do, deeds))

    def _attach(self, ended: Sequence[Ended], mark: int) -> None:
        """In one transaction, in which no alert is taken and nothing is published."""
        report, session = self.job.report, self.session
        keys = self.keys.sieve(session, self.begun.counts)
        session.commit()
        ledger.claim(session, self.begun)
        hold(session)
        taking.keep_out(session)
        categories = {category for piece in ended for category in piece.categories}
        grids = {grid for piece in ended for grid in piece.grids}
        if _boundaries(session, self.until) != self.publication or pieces.lost(session, categories, grids):
            session.rollback()
            self._forget()
            raise Conflict(msg("Boundaries or categories of the past have changed while the file was loaded: load it again"))
        for first_id in sorted(self.begun.counts):
            report.new -= pieces.leave_out_since(session, first_id, mark)
            if pieces.bare(session, first_id):
                ledger.drop_piece(session, self.begun, first_id)
            else:
                pieces.attach(session, first_id, self.begun.counts[first_id])
        ledger.done(session, self.begun, report.new, self.job.terms, keys)
        data = {"new": report.new, "unchanged": report.total - report.new}
        write(session, [Event(LAYER, "cases.loaded", LAYER, self.job.terms.actor, data)])
        session.commit()

    def _forget(self) -> None:
        ledger.forget(self.session, self.begun)
        self.session.commit()
