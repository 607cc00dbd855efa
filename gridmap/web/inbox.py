"""The inbox: one's own notices, newest first; opening one leads to its case and marks it as read.

Who came from the phone page (`m` in the address) is led back there, everybody else to the map.
"""

from typing import Any

from apiflask import APIBlueprint
from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gridmap import clock
from gridmap.errors import NotFound, msg
from gridmap.http.state import db
from gridmap.http.who import account, needs
from gridmap.journal.feed import last_position
from gridmap.notices import inbox
from gridmap.notices.inbox import plan_of, turn_of
from gridmap.notices.words import details, title
from gridmap.web import language

bp = APIBlueprint("inbox_page", __name__, enable_openapi=False)
bp.before_request(language.switch)
A_PAGE = 50


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 19 else None


def _phone() -> dict[str, Any]:
    """What an address carries on, if its caller came from the phone page."""
    return {"m": ""} if "m" in request.args else {}


@bp.get("/inbox")
@needs("inbox.own")
def page() -> Response:
    """A page of notices; `unread` shows only those, `before` goes on from an id."""
    me, only, phone = account().caller, "unread" in request.args, _phone()
    position = last_position(db())  # Before the list: what happens between the two is told again rather than missed.
    found = inbox.items(db(), me, unread=only, before=_number(request.args.get("before")), limit=A_PAGE + 1)
    shown = found[:A_PAGE]
    response = make_response(
        render_template(
            "inbox.html",
            items=shown,
            unread=inbox.unread(db(), me),
            only=only,
            phone=phone,
            position=position,
            older=shown[-1].notice.id if len(found) > A_PAGE else None,
            title_of=title,
            details_of=details,
        )
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.post("/inbox/<int:notice>/open")
@needs("inbox.own")
def open_notice(notice: int) -> Response:
    """To the case, the roster or the plan it is about, or where it is about grids to the map; and it is read."""
    me = account().caller
    found = inbox.items(db(), me, before=notice + 1, limit=1)
    if not found or found[0].notice.id != notice:
        raise NotFound(msg("There is no such notice in your inbox"))
    inbox.mark_read(db(), me, clock.now(), [notice])
    db().commit()
    number, turn, plan = found[0].number, turn_of(found[0].notice), plan_of(found[0].notice)
    if turn is not None:
        return redirect(url_for("roster.page", code=turn["grid"], day=turn["day"]), 303)
    if plan is not None:
        return redirect(url_for("publishing_pages.review_page", plan_id=plan), 303)
    if not number:
        return redirect(url_for("phone.page") if _phone() else url_for("web.map_page"), 303)
    return redirect(url_for("phone.page", _anchor=f"case={number}") if _phone() else url_for("web.case_link", number=number), 303)


@bp.post("/inbox/read")
@needs("inbox.own")
def read_all() -> Response:
    """All that the page showed is read; what came meanwhile is not."""
    inbox.mark_read(db(), account().caller, clock.now(), up_to=_number(request.form.get("up_to")) or 0)
    db().commit()
    return redirect(url_for("inbox_page.page", **_phone()), 303)
