"""Figures about the service, in Prometheus' words.

Requests are counted in each process (all together where PROMETHEUS_MULTIPROC_DIR is set, as `gridmap run` does);
what the database holds is read when asked.
"""

import os
import time
from collections.abc import Iterator

from flask import Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.orm import Session

from gridmap.replicas.several import Replicas

CONTENT_TYPE = CONTENT_TYPE_LATEST
_METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
_own = CollectorRegistry()
_requests = Histogram(
    "gridmap_request_seconds",
    "Time to answer, by route, method and status; of a live connection until it is followed",
    ["route", "method", "status"],
    registry=_own,
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
_replica_reads = Counter(
    "gridmap_replica_reads",
    "Reads a replica was asked for: it answered, its data are not of the version asked for (differs), or it failed",
    ["replica", "outcome"],
    registry=_own,
)
_live_lines = Gauge("gridmap_live_lines", "Live connections that are open", registry=_own, multiprocess_mode="livesum")


def count(app: Flask) -> None:
    """Let `app` count its requests."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    method = request.method if request.method in _METHODS else "other"  # A caller may invent them, each a series for ever.
    _requests.labels(route, method, response.status_code).observe(seconds)
    return response


def tell_live_lines(how_many: int) -> None:
    """So many live connections of this process are open now."""
    _live_lines.set(how_many)


def count_replica_read(number: int, outcome: str) -> None:
    """Count what became of one question to a replica."""
    _replica_reads.labels(str(number), outcome).inc()


_FIGURES = text(
    """
    SELECT (SELECT count(*) FROM cases WHERE closed_at IS NULL) AS open_cases,
           (SELECT count(*) FROM cases WHERE grid_code IS NULL AND closed_at IS NULL) AS unrouted,
           (SELECT coalesce(max(position), 0) FROM feed) AS feed_position,
           (SELECT count(*) FROM journal_pending) AS waiting,
           (SELECT coalesce(max(id), 0) FROM publication) AS publication,
           (SELECT checked FROM route_check) AS routes_checked,
           (SELECT differing FROM route_check) AS routes_differing
    """
)
_HELP = {
    "open_cases": "Cases that are open",
    "unrouted": "Open cases without a grid",
    "feed_position": "Newest position of the live feed",
    "waiting": "Events committed but not yet placed by the relay",
    "publication": "Number of the boundaries in force",
    "routes_checked": "Routes that PostGIS has looked at again",
    "routes_differing": "Those of them it decides otherwise",
}


class _Held(Collector):
    def __init__(self, session: Session, replicas: Replicas) -> None:
        self._session, self._replicas = session, replicas

    def collect(self) -> Iterator[Metric]:
        row = self._session.execute(_FIGURES).mappings().one()
        for name, meaning in _HELP.items():
            yield GaugeMetricFamily(f"gridmap_{name}", meaning, value=row[name])
        behind = GaugeMetricFamily("gridmap_replica_behind_seconds", "At most so old is what a replica has", labels=["replica"])
        for replica in self._replicas.all:
            behind.add_metric([str(replica.number)], replica.behind_s)
        yield behind


def exposition(session: Session, replicas: Replicas) -> bytes:
    """Everything, as text. How far replicas are behind is what the process knows that is asked."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # The library's own variable, not a setting of ours.
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped
    held = CollectorRegistry()
    held.register(_Held(session, replicas))
    counted = registry if "PROMETHEUS_MULTIPROC_DIR" in os.environ else _own
    return generate_latest(counted) + generate_latest(held)
