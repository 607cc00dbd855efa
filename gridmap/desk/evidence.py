"""Evidence comes in: the file goes into the storage, then its row into the database. And what nobody refers to is found."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from shapely.geometry import Point
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gridmap.cases.loop_models import Evidence
from gridmap.cases.models import Case
from gridmap.cases.states import State
from gridmap.cases.tasks import Asker
from gridmap.cases.workflow import Action, check
from gridmap.desk.acting.doing import standing_of
from gridmap.errors import NotFound, msg
from gridmap.journal.write import Event, write
from gridmap.store.files import File, thumbnail_of
from gridmap.store.storage import Storage, Stored

LEFT_ALONE = timedelta(hours=24)  # Younger files may belong to an upload that is not committed yet.
_UPLOADING = "SELECT pg_advisory_xact_lock_shared(hashtext('gridmap media'))"
_CLEANING = "SELECT pg_advisory_xact_lock(hashtext('gridmap media'))"


class Kind(StrEnum):
    """What a photo or document shows."""

    SCENE = "scene"
    BEFORE = "before"
    AFTER = "after"
    OTHER = "other"


def add(
    session: Session, case: Case, file: File, kind: Kind, asker: Asker, *, storage: Storage, now: datetime
) -> tuple[Evidence, bool]:
    """Add a file to a case; the same file as the same kind again changes nothing. The caller commits.

    The file lies in the storage before its row is committed: a row never points at nothing.

    Returns:
        the row, and whether this call made it.

    Raises:
        NotNow: the case takes no evidence any more.
    """
    check(Action.ATTACH, standing_of(session, case.id, State(case.state)), asker)
    session.execute(text(_UPLOADING))
    file.keep(storage)
    made = session.scalar(
        insert(Evidence).values(_row(case, file, kind, asker, now)).on_conflict_do_nothing().returning(Evidence.id)
    )
    asked = select(Evidence).where(Evidence.case_id == case.id, Evidence.digest == file.digest, Evidence.kind == kind)
    row = session.scalars(asked).one()
    if made is not None:
        facts = {"evidence": row.id, "kind": kind.value, "media_type": file.media_type, "digest": file.digest}
        write(session, [Event("cases", "evidence.added", case.number, asker.name, facts)])
    return row, made is not None


def _row(case: Case, file: File, kind: Kind, asker: Asker, now: datetime) -> dict[str, object]:
    place = None if file.taken.lon is None or file.taken.lat is None else Point(file.taken.lon, file.taken.lat)
    return {
        "case_id": case.id,
        "kind": kind.value,
        "digest": file.digest,
        "public_digest": file.public_digest,
        "media_type": file.media_type,
        "bytes": file.size,
        "width": file.width,
        "height": file.height,
        "taken_at": file.taken.at,
        "location": place,
        "added_by": asker.name,
        "added_at": now,
    }


def of_case(session: Session, case_id: int) -> Sequence[Evidence]:
    """The evidence of a case, in the order it came."""
    return session.scalars(select(Evidence).where(Evidence.case_id == case_id).order_by(Evidence.id)).all()


def one(session: Session, case_id: int, evidence_id: int) -> Evidence:
    """One piece of a case's evidence; `NotFound` when there is none, or it is another case's."""
    found = session.get(Evidence, evidence_id)
    if found is None or found.case_id != case_id:
        raise NotFound(msg("This case has no such evidence"))
    return found


def orphans(session: Session, storage: Storage, now: datetime) -> Iterator[Stored]:
    """Files no row refers to, older than a day: uploads that broke off."""
    some: list[Stored] = []
    for stored in storage.names():
        if stored.at < now - LEFT_ALONE:
            some.append(stored)
        if len(some) == 1000:
            yield from _unknown(session, some)
            some = []
    yield from _unknown(session, some)


def clean(session: Session, storage: Storage, stored: Stored) -> bool:
    """Delete a file if still no row refers to it; no upload runs meanwhile. The caller commits, which lets uploads go on."""
    session.execute(text(_CLEANING))
    if not _unknown(session, [stored]):
        return False
    storage.delete(stored.name)
    return True


def missing(session: Session, storage: Storage) -> list[str]:
    """The names rows refer to that are not in the storage: what a restored backup lacks."""
    return sorted(_referred(session) - {stored.name for stored in storage.names()})


def _unknown(session: Session, some: Collection[Stored]) -> list[Stored]:
    bare = {stored.name.removesuffix(".thumb") for stored in some}
    query = text(
        "SELECT digest FROM evidence WHERE digest = ANY(:names) UNION SELECT public_digest FROM evidence"
        " WHERE public_digest = ANY(:names)"
    )
    known = set(session.execute(query, {"names": sorted(bare)}).scalars())
    return [stored for stored in some if stored.name.removesuffix(".thumb") not in known]


def _referred(session: Session) -> set[str]:
    rows = session.execute(select(Evidence.digest, Evidence.public_digest)).all()
    photos = {name for digest, public in rows if public for name in (public, thumbnail_of(digest))}
    return {row.digest for row in rows} | photos
