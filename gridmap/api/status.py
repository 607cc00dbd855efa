"""Whether the service lives, whether it can work, and figures about it for Prometheus."""

from math import isfinite

from apiflask import APIBlueprint
from flask import Response
from sqlalchemy import text

from gridmap import __version__
from gridmap.api.shapes import Json, Responses
from gridmap.errors import Unavailable, msg
from gridmap.http import metrics
from gridmap.http.json import answer
from gridmap.http.state import db, state
from gridmap.http.who import asked_from_here, needs, public
from gridmap.journal import feed
from gridmap.migrations import newest
from gridmap.replicas.replica import Replica

bp = APIBlueprint("status", __name__, tag="Status")


@bp.get("/healthz")
@public("supervisors ask whether the process lives")
@bp.doc(summary="The process lives", responses={200: "It does"})
def get_health() -> Response:
    """Answers without touching anything."""
    return answer({"status": "ok", "version": __version__})


@bp.get("/readyz")
@public("load balancers ask whether it can work")
@bp.doc(summary="The service can work", responses={200: "It can", 503: "It can't; the detail says why"})
def get_ready() -> Response:
    """Asks the database, and whether its tables are this program's. A replica that is away keeps nobody from working."""
    revision = db().execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if revision != newest():
        raise Unavailable(
            msg("The database is at revision %(found)s, this program needs %(needed)s: run `gridmap migrate`"),
            found=str(revision),
            needed=newest(),
        )
    waiting = db().execute(text("SELECT count(*) FROM (SELECT FROM journal_pending LIMIT 100001) AS waiting")).scalar_one()
    told = {"status": "ready", "position": feed.last_position(db()), "waiting_for_relay": waiting}
    return answer({**told, "replicas": [_replica(one) for one in state().replicas.all]})


def _replica(one: Replica) -> Json:
    """Without its address: anybody may ask this."""
    known = isfinite(one.behind_s)
    return {"in_use": state().replicas.is_fresh(one), "behind_s": round(one.behind_s, 1) if known else None}


_TEXT: Responses = {
    200: {"description": "Text", "content": {"text/plain": {"schema": {"type": "string"}}}},
    401: {"description": "Asked from another machine without a key"},
}


@bp.get("/metrics")
@needs("metrics.read", unless=asked_from_here)
@bp.doc(summary="Figures for Prometheus", responses=_TEXT)
def get_metrics() -> Response:
    """Requests by address and status, and what the database holds. From this machine itself no key is needed."""
    return Response(metrics.exposition(db(), state().replicas), content_type=metrics.CONTENT_TYPE)
