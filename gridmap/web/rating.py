"""The page residents rate a case on, by a signed link or its QR code: no account, no personal data, one vote."""

import math
from dataclasses import dataclass

from apiflask import APIBlueprint
from flask import Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap import clock
from gridmap.accounts.caller import resident
from gridmap.cases import lookup
from gridmap.cases.workflow import Action, NotNow
from gridmap.desk import evidence, inviting
from gridmap.desk.acting import act as acting
from gridmap.desk.acting.askers import asker_of, scope_of
from gridmap.desk.acting.told import Told
from gridmap.desk.inviting import Invited, Standing
from gridmap.errors import msg
from gridmap.http import media
from gridmap.http.links import fits, link_id_of
from gridmap.http.pace import Pace
from gridmap.http.problems import tell
from gridmap.http.state import db, settings
from gridmap.http.who import public
from gridmap.web import language

bp = APIBlueprint("rating", __name__, enable_openapi=False)
bp.before_request(language.switch)
_SHOWN = ("scene", "before", "after")
_MOST_PHOTOS = 8
_LONGEST_REASON = 500
VERDICTS = {"very_satisfied": msg("Very satisfied"), "satisfied": msg("Satisfied"), "dissatisfied": msg("Dissatisfied")}
SCORES = {1: msg("very poor"), 2: msg("poor"), 3: msg("fair"), 4: msg("good"), 5: msg("very good")}
# Whoever holds one link can't keep the case locked: votes wait for each other, and one is all a link is good for.
_pace = Pace(most=20, seconds=600)
_STATUS = {Standing.OPEN: 200, Standing.USED: 200, Standing.TOO_EARLY: 409}


@dataclass(frozen=True)
class Vote:
    """What was ticked; None where nothing, or nothing that exists."""

    verdict: str | None
    score: int | None
    solved: bool | None
    reason: str


@bp.get("/r/<token>")
@public("the link itself lets in, to one case")
def page(token: str) -> Response:
    """The form, or why there is none."""
    return _page(token, _found(token))


@bp.post("/r/<token>")
@public("the link itself lets in, to one vote")
def vote(token: str) -> AnyResponse:
    """Count the vote, and say thank you."""
    found = _found(token)
    if (wait := _pace.wait_s(found.link.id)) > 0:
        response = _page(token, found, wrong=tell(msg("Too many tries. Wait a few minutes."), {}), status=429)
        response.headers["Retry-After"] = str(math.ceil(wait))
        return response
    ticked = _ticked()
    if None in (ticked.verdict, ticked.score, ticked.solved):
        return _page(token, found, ticked, tell(msg("Please answer all three questions."), {}), 422)
    _count(found, ticked)
    return redirect(url_for("rating.page", token=token), 303)


@bp.get("/r/<token>/photos/<int(max=9223372036854775807):evidence_id>")
@public("the link itself lets in, to the photos of one case without their metadata")
def photo(token: str, evidence_id: int) -> Response:
    """One of the case's photos, without its metadata."""
    row = evidence.one(db(), _found(token).case.id, evidence_id)
    if row.kind not in _SHOWN:
        abort(404)
    return media.sent(row.public_digest, "image/jpeg")


def _found(token: str) -> Invited:
    told = link_id_of(token)
    found = inviting.invited(db(), told[0]) if told else None
    if told is None or found is None or not fits(found.link, told[1]):
        abort(_page_of_nothing())
    return found


def _page_of_nothing() -> Response:
    return make_response(render_template("rating.html", standing="unknown", token="", found=None), 404)


def _ticked() -> Vote:
    form = request.form
    verdict, score = form.get("verdict", ""), form.get("score", "")
    return Vote(
        verdict if verdict in VERDICTS else None,
        int(score) if score in {str(score) for score in SCORES} else None,
        {"yes": True, "no": False}.get(form.get("solved", "")),
        form.get("reason", "").replace("\x00", "").strip()[:_LONGEST_REASON],
    )


def _count(found: Invited, ticked: Vote) -> None:
    """Through the one verb by which cases move. A vote that comes twice, or too late, is explained by the page it leads to."""
    case = acting.locked(db(), found.case.number, Action.RATE)
    caller = resident(str(found.link.id))
    asker = asker_of(db(), caller, scope_of(db(), case.id, case.grid_code), clock.now())
    told = Told(link=found.link.id, verdict=ticked.verdict or "", score=ticked.score, solved=ticked.solved, reason=ticked.reason)
    limit_m = settings().nearest_limit_m
    try:
        acting.act(db(), case, Action.RATE, told, asker, call=acting.Call(), nearest_limit_m=limit_m)
    except NotNow:
        db().rollback()
        return
    db().commit()


def _page(token: str, found: Invited, ticked: Vote | None = None, wrong: str = "", status: int = 0) -> Response:
    standing = found.standing(clock.now())
    rows = [row for row in evidence.of_case(db(), found.case.id) if row.kind in _SHOWN and row.public_digest]
    text = render_template(
        "rating.html",
        standing=standing.value,
        token=token,
        found=found,
        case=lookup.by_ids(db(), [found.case.id])[found.case.id]["properties"],
        photos=rows[-_MOST_PHOTOS:],
        ticked=ticked,
        wrong=wrong,
        verdicts=VERDICTS,
        scores=SCORES,
    )
    response = make_response(text, status or _STATUS.get(standing, 410))
    # The address is the right to vote: no cache may keep the page (and the referrer stays on this site).
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
