"""Errors as RFC 9457 problem+json, in the reader's language; one table says which status each kind gets."""

from typing import Any

import structlog
from apiflask import APIFlask
from apiflask.exceptions import HTTPError
from flask import Response, request
from flask_babel import gettext
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from gridmap import errors
from gridmap.errors import Fault, GridmapError, Term, msg
from gridmap.faults import faults
from gridmap.http.json import answer, field_at

log = structlog.get_logger(__name__)
PROBLEM = "application/problem+json"
STATUS: dict[type[GridmapError], int] = {
    errors.Malformed: 400,
    errors.Compressed: 415,
    errors.TooLarge: 413,
    errors.Invalid: 422,
    errors.NotAuthenticated: 401,
    errors.NotAllowed: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.NeedsVersion: 428,
    errors.Outdated: 412,
    errors.Unavailable: 503,
}
_DETAILS = {
    400: msg("The body is not valid JSON in UTF-8"),
    404: msg("There is nothing at this address"),
    405: msg("This address does not take this method"),
    408: msg("The request took too long to arrive"),
    413: msg("The body is too large: at most %(most)s bytes are taken here"),
    415: msg("The body must be sent as application/json"),
    503: msg("The database is away or busy; try again in a moment"),
}
_RETRY = {"Retry-After": "2"}
_MOST_UNREAD = 64 * 1024**2  # Bytes of a refused body that are still taken in.
_MOST_KEPT = 1024**2  # Where so much is taken at most, it is looked at; of batches nothing is.


def status_of(error: GridmapError) -> int:
    """The status of an error: its class's, or the nearest base's that has one."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def tell(text: str, values: dict[str, Any]) -> str:
    """A sentence in the language of this request."""
    words: str = gettext(text)
    return words % {name: _told_too(value) for name, value in values.items()} if values else words


def _told_too(value: Any) -> Any:
    """A value of a sentence: the program's own words, and sentences within it, are in the reader's language too."""
    if isinstance(value, Fault):
        return tell(value.text, value.values)
    return gettext(value) if isinstance(value, Term) else value


def problem(
    status: int,
    detail: str,
    told: list[Fault] | tuple[Fault, ...] = (),
    headers: dict[str, str] | None = None,
    facts: dict[str, Any] | None = None,
) -> Response:
    """An error answer; `told` lists the fields and what is wrong with each, `facts` are members of their own."""
    # Werkzeug's names, because Python's own changed with 3.13.
    title = HTTP_STATUS_CODES.get(status, str(status))
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail, **(facts or {})}
    if told:
        body["errors"] = [{"field": fault.field, "message": tell(fault.text, fault.values)} for fault in told]
    response = answer(body, status, mimetype=PROBLEM)
    response.headers.update(headers or {})
    return response


def handle(app: APIFlask) -> None:
    """Let every error of `app` leave as a problem."""
    app.error_processor(_apiflask)  # First: it takes Werkzeug's errors too, and loses their headers.
    app.register_error_handler(GridmapError, told)
    app.register_error_handler(ValidationError, lambda error: _invalid(faults(error)))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(PoolTimeout, _database)
    app.register_error_handler(Exception, _unforeseen)
    app.before_request(_nothing_has_nul_in_its_name)


def _nothing_has_nul_in_its_name() -> None:
    if "\x00" in request.path:  # The database refuses to be asked.
        raise errors.NotFound(_DETAILS[404])


def told(error: GridmapError) -> Response:
    """One of our own errors as a problem."""
    status = status_of(error)
    headers = {401: {"WWW-Authenticate": 'Bearer realm="gridmap"'}, 503: _RETRY}.get(status)
    return problem(status, tell(error.text, error.values), error.faults, headers, error.facts)


def _invalid(told: list[Fault]) -> Response:
    first = tell(told[0].text, told[0].values) if told else ""
    return problem(422, f"{told[0].field}: {first}" if told and told[0].field else first, told)


def _apiflask(error: HTTPError) -> tuple[dict[str, Any], int, dict[str, str]]:
    cause = error.__cause__
    response = _invalid(faults(cause)) if isinstance(cause, ValidationError) else _http(error)
    return response.get_json(force=True), response.status_code, {"Content-Type": PROBLEM, **_extra(response)}


def _extra(response: Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name in ("Retry-After", "Allow", "WWW-Authenticate")}


def _http(error: HTTPException | HTTPError) -> Response:
    status = (error.code if isinstance(error, HTTPException) else error.status_code) or 500
    if status < 400:
        return Response(status=status, headers=dict(error.get_headers()) if isinstance(error, HTTPException) else {})
    if status == 413:
        return _too_large()
    text = _DETAILS.get(status)
    detail = gettext(text) if text else str(getattr(error, "description", None) or getattr(error, "message", "") or "")
    allowed = getattr(error, "valid_methods", None)
    return problem(status, detail, headers={"Allow": ", ".join(sorted(allowed))} if allowed else None)


def _too_large() -> Response:
    """Take in what still comes: most senders read no answer before they have sent everything. What would have been read
    of it says in which field it grew too large; the rest is thrown away."""
    most = request.max_content_length or 0
    left, head, kept = min(request.content_length or 0, _MOST_UNREAD), b"", most if most <= _MOST_KEPT else 0
    while left > 0 and (part := request.environ["wsgi.input"].read(min(left, 65536))):
        left -= len(part)
        head += part[: kept - len(head)]
    fault = Fault(field_at(head) if request.is_json else "", _DETAILS[413], {"most": most})
    return problem(413, tell(fault.text, fault.values), [fault])


def _database(error: DBAPIError | PoolTimeout) -> Response:
    away = isinstance(error, OperationalError | PoolTimeout) or getattr(error, "connection_invalidated", False)
    if not away:
        return _unforeseen(error)
    log.warning("database away", path=request.path, error=str(error).splitlines()[0])
    return problem(503, gettext(_DETAILS[503]), headers=_RETRY)


def _unforeseen(error: Exception) -> Response:
    log.error("unforeseen", path=request.path, method=request.method, exc_info=error)
    return problem(500, gettext(msg("Something went wrong here that should not have; it has been logged")))
