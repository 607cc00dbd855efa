"""Evidence of a case: photos and documents in, the original and its copies out."""

from typing import Annotated

from apiflask import APIBlueprint
from apiflask.fields import UploadFile
from flask import Response, url_for
from pydantic import BaseModel, ConfigDict, Field
from shapely.geometry import Point

from gridmap import clock
from gridmap.api.shapes import Json, Responses, raw
from gridmap.cases.loop_models import Evidence
from gridmap.cases.models import Case
from gridmap.cases.numbered import numbered
from gridmap.desk import evidence
from gridmap.desk.acting.askers import asker_of, scope_of
from gridmap.desk.evidence import Kind
from gridmap.http import media, who
from gridmap.http.json import answer
from gridmap.http.state import db, settings
from gridmap.http.who import needs
from gridmap.store import files
from gridmap.store.files import thumbnail_of

bp = APIBlueprint("evidence", __name__, url_prefix="/api/v1", tag="Evidence")
JPEG = "image/jpeg"


def _told(file: Json, missing: str = "No such photo") -> Responses:
    return {200: file, 304: {"description": "The caller has it already"}, 404: {"description": missing}}


class EvidenceForm(BaseModel):
    """multipart/form-data: one file, and what it shows."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    file: Annotated[UploadFile, Field(description="JPEG, PNG, WebP or PDF, by its content")]
    kind: Kind = Kind.OTHER


class EvidenceItem(BaseModel):
    """A piece of evidence. Place and author are told within the caller's scope only."""

    id: int
    kind: Kind
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    added_at: str
    taken_at: str | None
    added_by: str | None = None
    location: dict[str, float] | None = Field(default=None, description="where it was taken, degrees WGS-84")
    public: str | None = Field(description="address of the copy without metadata; none of documents")
    thumbnail: str | None
    original: str | None = Field(default=None, description="address of the file as it came")


class EvidenceAnswer(EvidenceItem):
    """… and whether this call added it, or an earlier one."""

    fresh: bool


class EvidenceList(BaseModel):
    """All of a case, in the order it came."""

    evidence: list[EvidenceItem]


@bp.url_value_preprocessor
def _large_bodies(endpoint: str | None, _values: Json | None) -> None:
    # Before anybody looks for a CSRF token in the form, which reads the body.
    if endpoint == "evidence.post_evidence":
        media.admit_large_bodies(settings().evidence_max_bytes)


@bp.post("/cases/<number>/evidence")
@needs("case.attach")
@bp.input(EvidenceForm, location="form_and_files", arg_name="form")
@bp.output(EvidenceAnswer, status_code=201)
@bp.doc(
    summary="Add a photo or a document",
    description="The same file as the same kind again changes nothing and answers 200. Actions then name its `id`.",
    responses={200: "It was there already", 404: "No such case", 409: "The case takes no evidence any more", 413: "Too large"},
)
def post_evidence(number: str, form: EvidenceForm) -> Response:
    """Add a photo or a document to a case."""
    case = numbered(db(), number)
    scope = scope_of(db(), case.id, case.grid_code)
    caller = who.check("case.attach", scope)
    file = files.read(form.file.read(), media.limits())
    now = clock.now()
    asker = asker_of(db(), caller, scope, now)
    row, fresh = evidence.add(db(), case, file, form.kind, asker, storage=media.storage(), now=now)
    db().commit()
    return answer(item(case, row, whole=True) | {"fresh": fresh}, 201 if fresh else 200)


@bp.get("/cases/<number>/evidence")
@needs("case.read")
@bp.output(EvidenceList)
@bp.doc(summary="The evidence of a case", responses={404: "No such case"})
def get_evidence(number: str) -> Response:
    """All evidence of a case."""
    case = numbered(db(), number)
    whole = who.may("evidence.read", scope_of(db(), case.id, case.grid_code))
    return answer({"evidence": [item(case, row, whole=whole) for row in evidence.of_case(db(), case.id)]})


@bp.get("/cases/<number>/evidence/<int(max=9223372036854775807):evidence_id>/original")
@needs("evidence.read")
@bp.doc(
    summary="A file as it came",
    description="To be saved, never shown in place: who sent it may have hidden something in it.",
    responses=_told(raw("application/octet-stream", "The file"), "No such evidence"),
)
def get_original(number: str, evidence_id: int) -> Response:
    """The file as it came, metadata and all."""
    case = numbered(db(), number)
    who.check("evidence.read", scope_of(db(), case.id, case.grid_code))
    row = evidence.one(db(), case.id, evidence_id)
    return media.sent(row.digest, row.media_type, download=f"{case.number}-{row.kind}-{row.id}")


@bp.get("/cases/<number>/evidence/<int(max=9223372036854775807):evidence_id>/public")
@needs("case.read")
@bp.doc(
    summary="The copy without metadata",
    responses=_told(raw(JPEG, "The photo, at most 2048 pixels a side")),
)
def get_public(number: str, evidence_id: int) -> Response:
    """A photo without its metadata."""
    row = evidence.one(db(), numbered(db(), number).id, evidence_id)
    return media.sent(row.public_digest, JPEG)


@bp.get("/cases/<number>/evidence/<int(max=9223372036854775807):evidence_id>/thumbnail")
@needs("case.read")
@bp.doc(
    summary="A small copy without metadata",
    responses=_told(raw(JPEG, "The photo, at most 320 pixels a side")),
)
def get_thumbnail(number: str, evidence_id: int) -> Response:
    """A photo, small."""
    row = evidence.one(db(), numbered(db(), number).id, evidence_id)
    return media.sent(thumbnail_of(row.digest) if row.public_digest else None, JPEG)


def item(case: Case, row: Evidence, *, whole: bool) -> Json:
    """A piece of evidence as JSON; `whole` with what only those hear who handle the case."""

    def at(part: str) -> str:
        return url_for(f"evidence.get_{part}", number=case.number, evidence_id=row.id)

    photo = row.public_digest is not None
    told: Json = {name: getattr(row, name) for name in ("id", "kind", "media_type", "bytes", "width", "height")}
    told |= {"added_at": row.added_at, "taken_at": row.taken_at}
    told |= {"public": at("public") if photo else None, "thumbnail": at("thumbnail") if photo else None}
    if whole:
        told |= {"added_by": row.added_by, "location": _place(row.location), "original": at("original")}
    return told


def _place(point: Point | None) -> Json | None:
    return None if point is None else {"lon": point.x, "lat": point.y}
