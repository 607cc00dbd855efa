"""Every setting of the program, in one place; nothing else reads the environment.

A setting is an environment variable GRIDMAP_<NAME>; docs/settings.md explains each (a test compares).
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_home() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/gridmap")
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "gridmap"


class Spoken(BaseSettings):
    """The one setting that must be known to tell what is wrong with the others."""

    model_config = SettingsConfigDict(env_prefix="GRIDMAP_", frozen=True, extra="forbid")

    language: Literal["zh", "en"] = Field(
        default="zh",
        description="Language where neither the page's switch nor the client asks.",
    )


class Settings(Spoken):
    """What can be set from outside. Immutable once read; tests build their own."""

    home: Path = Field(
        default_factory=_default_home,
        description="Folder of the private database, media and secrets.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="Your own PostGIS (postgresql://user:password@host/name) instead of the private one.",
    )
    replica_urls: SecretStr | None = Field(
        default=None,
        description="Streaming replicas of it to read from, separated by spaces or commas. None: all reads go to the database.",
    )
    replica_lag_seconds: float = Field(
        default=5.0,
        gt=0,
        le=3600,
        description="A replica that may lack something older than this is not asked.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address to listen on. Another than this machine's own needs GRIDMAP_SECRET_KEY.",
    )
    trusted_hosts: str = Field(
        default="localhost,127.0.0.1,[::1]",
        description="Names browsers may reach this server by, separated by commas; others are refused (DNS rebinding).",
    )
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    secret_key: SecretStr | None = Field(
        default=None,
        description="Signs cookies. Made at the first start and kept under home when not set.",
    )
    tls_proxy: int = Field(
        default=0,
        ge=0,
        le=5,
        description="Proxies in front of this server, the outermost speaking TLS; 0: none. Cookies then travel by TLS only.",
    )
    session_idle_minutes: float = Field(default=120.0, gt=0, description="A session nobody uses for so long ends.")
    session_hours: float = Field(default=12.0, gt=0, le=24 * 30, description="A session ends after so long in any case.")
    oidc_issuer: str = Field(default="", description="OpenID Connect provider people may sign in by (https://…). Empty: none.")
    oidc_client_id: str = Field(default="", description="What the provider calls this program.")
    oidc_client_secret: SecretStr | None = Field(default=None, description="The secret it gave this program.")
    oidc_name: str = Field(default="", description="What the button on the sign-in page calls it.")
    simulate: bool = Field(
        default=True,
        description="Feed a gentle stream of made-up alerts while `gridmap run` runs the demo town.",
    )
    simulate_seconds: float = Field(default=6.0, gt=0, description="Mean pause between two made-up alerts.")

    web_workers: int = Field(default=2, ge=1, le=64, description="Web server processes.")
    web_threads: int = Field(default=256, ge=8, le=4096, description="Threads of each; each answers one request at a time.")
    live_clients: int = Field(
        default=2000,
        ge=1,
        le=50_000,
        description="Live connections each process keeps open; past that they get 503, and pages ask every few seconds instead.",
    )
    relay_seconds: float = Field(
        default=0.1,
        gt=0,
        le=5,
        description="Pause of the relay between two looks for committed events.",
    )
    heartbeat_seconds: float = Field(
        default=10.0,
        gt=0,
        le=60,
        description="Sign of life on an idle live connection.",
    )
    replay_limit: int = Field(
        default=5000,
        ge=1,
        description="A client further behind than this many events is told to load anew.",
    )

    nearest_limit_m: float = Field(
        default=30.0,
        ge=0,
        le=1000,
        description="A point outside every grid goes to the nearest one within this many metres.",
    )
    duplicate_radius_m: float = Field(
        default=50.0,
        ge=0,
        le=1000,
        description="An alert joins an open case of its category within this many metres; 0: never.",
    )
    duplicate_hours: float = Field(
        default=24.0,
        ge=0,
        le=24 * 30,
        description="... and whose time is within this many hours.",
    )
    plan_two_people: bool = Field(default=True, description="Who drew a plan of boundaries does not approve it.")
    plan_least_area: float = Field(
        default=0.0, ge=0, description="A micro-grid drawn smaller than this (m²) is a problem; 0: no limit."
    )
    plan_most_area: float = Field(
        default=0.0, ge=0, description="A micro-grid drawn larger than this (m²) is a problem; 0: no limit."
    )
    plan_least_width: float = Field(
        default=1.0, ge=0, description="A grid or zone narrower than this (m) on average is a sliver."
    )
    plan_least_zone: float = Field(
        default=0.0, ge=0, description="A special zone drawn smaller than this (m²) is a problem; 0: no limit."
    )
    plan_repair_area: float = Field(
        default=100.0, ge=0, description="Up to this size (m²) gaps, overlaps and loose pieces of an imported set are mended."
    )
    plan_file_bytes: int = Field(default=20_971_520, ge=1024, description="Size of a file of grids imported as a plan.")
    future_minutes: float = Field(
        default=10.0,
        ge=0,
        description="How far a sender's clock may run ahead before its alert is refused.",
    )
    batch_max_lines: int = Field(default=200_000, ge=1, description="Lines of one batch call.")
    statement_seconds: float = Field(
        default=60.0, gt=0, description="A database statement of the web server that takes longer is given up."
    )
    body_max_bytes: int = Field(
        default=1_048_576,
        ge=1024,
        description="Size of one request body, batch and route columns apart.",
    )
    batch_max_bytes: int = Field(
        default=268_435_456,
        ge=1024,
        description="Size of one batch or route-columns body.",
    )

    evidence_max_bytes: int = Field(default=20_971_520, ge=1024, description="Size of one photo or document.")
    evidence_max_pixels: int = Field(
        default=64_000_000,
        ge=10_000,
        le=500_000_000,
        description="Pixels of one photo; more are refused before they are unpacked.",
    )
    media_bucket: str = Field(
        default="", description="Bucket of S3-compatible storage for photos and documents. Empty: they lie on disk under home."
    )
    media_endpoint: str = Field(default="", description="Its address, with its scheme. Empty: Amazon's.")
    media_region: str = Field(default="us-east-1", description="Its region; most other makers' storage takes any.")
    media_key_id: SecretStr | None = Field(default=None, description="Access key of the bucket.")
    media_secret: SecretStr | None = Field(default=None, description="The secret that belongs to it.")

    working_hours: str = Field(
        default="08:00-12:00,14:00-18:00", description="Hours of a working day, by which limits in working time run."
    )
    escalation: str = Field(
        default="0.75,0.9,1,1.25,1.5",
        description="Shares of a limit at which a case is told to member, micro-grid head, grid head, town centre, department.",
    )
    rating_days: float = Field(default=7.0, gt=0, le=365, description="A verified case nobody rates closes after so many days.")
    notice_days: float = Field(default=365.0, ge=1, le=3660, description="Notices are kept for so many days, read or not.")
    worker_seconds: float = Field(
        default=0.5, gt=0, le=60, description="Pause of the worker between two looks for what has come due."
    )
    route_check_minutes: float = Field(
        default=10.0, gt=0, le=10_080, description="So often some routed cases are looked at again, by PostGIS."
    )
    route_check_cases: int = Field(
        default=200, ge=0, le=10_000, description="So many of the newest cases each time, and as many of all. 0: none."
    )
    public_url: str = Field(
        default="", description="The address people reach this server by (https://…), for links in mails. Empty: no links."
    )
    webhook_url: str = Field(default="", description="Every notice is posted there, signed. Empty: nowhere.")
    webhook_secret: SecretStr | None = Field(default=None, description="The secret it is signed with.")
    gateway_url: str = Field(
        default="",
        description="What reporters are told is posted there, with their telephone number, signed likewise. Empty: nowhere.",
    )
    smtp_host: str = Field(default="", description="Mail server by which notices go out. Empty: none do.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["none", "starttls", "tls"] = Field(default="starttls", description="How the line to it is secured.")
    smtp_username: str = Field(default="", description="Name to sign in there with. Empty: without.")
    smtp_password: SecretStr | None = Field(default=None, description="The password that belongs to it.")
    mail_from: str = Field(default="", description="Sender of the mails.")

    base_maps: str = Field(
        default="",
        description="JSON list of base maps: name_zh, name_en, url, datum, attribution, max_zoom. Empty: none is needed.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="What the log holds.")

    @cached_property
    def listens_locally(self) -> bool:
        """Whether `host` is this machine's own loopback address."""
        return self.host in ("127.0.0.1", "::1", "localhost")
