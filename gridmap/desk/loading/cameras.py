"""Load cameras: new ones are added, known ones (by id) changed where the file says other things."""

from typing import Any

from shapely.geometry import Point

from gridmap.desk.loading import surroundings
from gridmap.desk.loading.cells import Cells, Firsts
from gridmap.desk.loading.job import MOST_IDS, Job
from gridmap.desk.loading.upserting import on_record, upsert
from gridmap.errors import Invalid
from gridmap.journal.write import Event, write
from gridmap.places import gb28181
from gridmap.places.models import Camera, CameraState
from gridmap.places.views import sector

_STATES = {"在线": "online", "离线": "offline", "未知": "unknown", "正常": "online"} | {
    str(state): str(state) for state in CameraState
}
_LOOKS = ("bearing_deg", "view_angle_deg", "view_range_m")


def load(job: Job) -> None:
    """Bring the job's rows in; its report tells how it went."""
    firsts = Firsts()
    rows = [(cells, _facts(cells, job, firsts)) for cells in job.cells("cameras")]
    known = on_record(job.session, Camera, "id", [facts["id"] for _, facts in rows if facts["id"]])
    places = [(cells, facts["location"]) for cells, facts in rows if facts["location"] is not None]
    before = {cells.number: known[facts["id"]].location for cells, facts in rows if facts["id"] in known}  # type: ignore[attr-defined]  # they are cameras
    surroundings.check(job, places, before)
    job.collect(cells for cells, _ in rows)
    if job.report.refuses:
        return
    done = upsert(job.session, Camera, "id", [_with_view(facts, known.get(facts["id"])) for _, facts in rows], known)
    report = job.report
    report.new, report.changed, report.unchanged = len(done.new), len(done.changed), len(done.unchanged)
    if done.new or done.changed:
        counts = {"new": report.new, "changed": report.changed, "unchanged": report.unchanged}
        data = {**counts, "ids": [*done.new, *done.changed][:MOST_IDS]}
        write(job.session, [Event("cameras", "cameras.loaded", "cameras", job.terms.actor, data)])


def _facts(cells: Cells, job: Job, firsts: Firsts) -> dict[str, Any]:
    facts: dict[str, Any] = {"id": cells.text("id", needed=True), "name": cells.text("name", needed=True, most=200)}
    if facts["id"]:
        _check_id(cells, facts["id"])
        firsts.check(cells, "id", facts["id"])
    for name in ("name_en", "stream_url", "snapshot_url", "vendor"):
        if cells.has(name):
            facts[name] = cells.text(name, most=2000)
    facts |= _looks(cells)
    if cells.has("state"):
        facts["state"] = cells.choice("state", _STATES) or "unknown"
    if cells.has("last_heard_at"):
        facts["last_heard_at"] = cells.moment("last_heard_at", now=job.terms.now, ahead=job.terms.ahead)
    facts["location"] = cells.point()
    return facts


def _looks(cells: Cells) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if cells.has("bearing_deg"):
        bearing = cells.number_of("bearing_deg", -360, 360)
        facts["bearing_deg"] = None if bearing is None else bearing % 360.0
    for name, most in (("view_angle_deg", 360), ("view_range_m", 20_000)):
        if cells.has(name):
            facts[name] = cells.number_of(name, 0, most) or None  # A view of nothing is none.
    return facts


def _check_id(cells: Cells, text: str) -> None:
    try:
        gb28181.parse(text)
    except Invalid as error:
        cells.wrong("id", error.text, **error.values)


def _with_view(facts: dict[str, Any], old: Any) -> dict[str, Any]:
    bearing, angle, reach = (facts[name] if name in facts else getattr(old, name, None) for name in _LOOKS)
    if bearing is None or angle is None or reach is None:
        return {**facts, "view": None}
    place: Point = facts["location"]
    return {**facts, "view": sector(place.x, place.y, bearing, angle, reach)}
