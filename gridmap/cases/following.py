"""Reads of what the loop wrote about one case: tasks, consultations, evidence, requests, supervision, remarks, ratings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.cases.past import PAST_AS_CASES

_TASKS = """
    SELECT t.id, t.state, t.note, t.given_by, t.given_at, t.due_at, t.holder, t.accepted_at, t.started_at, t.ended_at, t.ended_by,
           t.result, p.ref AS person, p.name AS person_name, p.name_en AS person_name_en, t.grid_code AS grid, t.team,
           d.code AS department, d.name AS department_name, d.name_en AS department_name_en
    FROM case_task t LEFT JOIN person p ON p.id = t.person_id LEFT JOIN department d ON d.id = t.department_id
    WHERE t.case_id = :id ORDER BY t.id
"""
_CONSULTATIONS = "SELECT id, at, called_by, participants, notes, decision FROM consultation WHERE case_id = :id ORDER BY id"
_EVIDENCE = """
    SELECT id, task_id AS task, kind, media_type, bytes, width, height, taken_at, ST_X(location) AS lon, ST_Y(location) AS lat,
           added_by, added_at
    FROM evidence WHERE case_id = :id ORDER BY id
"""
_REQUESTS = """
    SELECT r.id, r.kind, r.reason, r.until, r.asked_by, r.asked_at, r.state, r.decided_at,
           coalesce(json_agg(json_build_object('by', v.by, 'at', v.at, 'granted', v.granted, 'reason', v.reason) ORDER BY v.id)
                    FILTER (WHERE v.id IS NOT NULL), '[]') AS reviews
    FROM case_request r LEFT JOIN case_review v ON v.request_id = r.id WHERE r.case_id = :id GROUP BY r.id ORDER BY r.id
"""
_SUPERVISIONS = """
    SELECT id, kind, text, reply_due_at, by, at, answer, answered_by, answered_at, lifted_by, lifted_at
    FROM supervision WHERE case_id = :id ORDER BY id
"""
_COMMENTS = """
    SELECT c.id, c.by, c.at, c.text, c.mentions,
           array(SELECT coalesce(nullif(p.name, ''), nullif(a.name, ''), one) FROM jsonb_array_elements_text(c.mentions)
                 WITH ORDINALITY AS x (one, place) LEFT JOIN person p ON p.ref = one LEFT JOIN account a ON a.username = one
                 WHERE p.id IS NOT NULL OR a.id IS NOT NULL ORDER BY place) AS mentioned
    FROM case_comment c WHERE c.case_id = :id ORDER BY c.id
"""
_RATINGS = "SELECT round, verdict, score, solved, reason, at FROM rating WHERE case_id = :id ORDER BY at"
_PARTS = {
    "tasks": _TASKS,
    "consultations": _CONSULTATIONS,
    "evidence": _EVIDENCE,
    "requests": _REQUESTS,
    "supervisions": _SUPERVISIONS,
    "comments": _COMMENTS,
    "ratings": _RATINGS,
}
_CASE = """
    SELECT c.version, c.limit_value, c.limit_unit, c.consulted_at, c.verified_at, c.reply, c.rounds, c.exempt, c.person_id,
           into_.number AS merged_into, s.planned_until AS suspended_until, p.ref AS person, p.name AS person_name,
           p.name_en AS person_name_en, array(SELECT number FROM cases WHERE merged_into = c.id ORDER BY id) AS merged
    FROM {cases} c LEFT JOIN cases into_ ON into_.id = c.merged_into LEFT JOIN person p ON p.id = c.person_id
         LEFT JOIN suspension s ON s.case_id = c.id AND s.ended_at IS NULL
    WHERE c.id = :id
"""
# Where the loop says who did something, as the journal names them.
_ACTORS = ("given_by", "holder", "ended_by", "called_by", "added_by", "asked_by", "by", "answered_by", "lifted_by")
# Names of people and what they wrote: for those in whose scope the case lies.
_PERSONAL = frozenset(
    {
        *_ACTORS,
        *("person", "person_name", "person_name_en", "participants", "reviews", "mentions"),
        *("note", "notes", "decision", "result", "reason", "text", "answer"),
    }
)
# What everybody who sees the map may know of what happened to a case; the rest of a journal row is as personal.
FOR_EVERYBODY = frozenset({"case", "alert", "action", "from", "to", "version", "new", "unchanged", "ids"})
_REPORTERS = """
    SELECT r.id, r.source, r.source_id, r.name, r.phone, r.email, r.told_at, c.number AS case
    FROM reporter r JOIN cases c ON c.id = r.case_id WHERE c.id = :id OR c.merged_into = :id ORDER BY r.id
"""


def loop_of(session: Session, case_id: int, *, personal: bool, past: bool = False) -> dict[str, Any]:
    """Everything the loop wrote about a case, JSON-ready; who and what people said only where `personal`. Of a `past` case
    that is nothing."""
    query = text(_CASE.format(cases=f"({PAST_AS_CASES})" if past else "cases"))
    case = _told(session.execute(query, {"id": case_id}).mappings().one(), personal=personal)
    case["limit"] = {"value": case.pop("limit_value"), "unit": case.pop("limit_unit")}
    del case["person_id"]
    parts = {
        name: [_told(row, personal=personal) for row in session.execute(text(query), {"id": case_id}).mappings()]
        for name, query in _PARTS.items()
        if personal or name != "comments"
    }
    return case | parts


def actors_of(loop: Mapping[str, Any]) -> set[str]:
    """Everybody who did something of what `loop_of` told, as the journal names them."""
    rows = [row for part in loop.values() if isinstance(part, list) for row in part if isinstance(row, dict)]
    rows += [review for row in rows for review in row.get("reviews", ())]
    return {row[name] for row in rows for name in _ACTORS if row.get(name)}


def reporters(session: Session, case_id: int) -> list[dict[str, Any]]:
    """Who reported a case and those merged into it: for nobody but those who handle it."""
    return [_told(row, personal=True) for row in session.execute(text(_REPORTERS), {"id": case_id}).mappings()]


def _told(row: Mapping[Any, Any], *, personal: bool) -> dict[str, Any]:
    return {
        key: value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
        for key, value in row.items()
        if personal or key not in _PERSONAL
    }
