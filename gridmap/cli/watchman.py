"""What the worker does again and again: read on, look at what came due, send what waits. It commits, being a loop of its own."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from gridmap import clock
from gridmap.cases import receipts
from gridmap.cases.clock_models import Watch
from gridmap.cases.escalation import Rung, read_shares
from gridmap.config import Settings
from gridmap.db import make_sessions
from gridmap.desk.judging import judge
from gridmap.desk.redrawing.scheduling import publish_scheduled
from gridmap.desk.watching import anew
from gridmap.desk.watching.following import follow
from gridmap.desk.watching.looking import look
from gridmap.desk.watching.looking import next_due as next_case
from gridmap.desk.watching.rules import Rules
from gridmap.errors import Invalid, msg
from gridmap.grids.scheduling import next_due as next_publish
from gridmap.http.links import token_of
from gridmap.http.secret import secret_key
from gridmap.notices.answering import UrlOf
from gridmap.notices.delivering import Ways, deliver
from gridmap.notices.delivering import next_due as next_delivery
from gridmap.notices.forgetting import forget
from gridmap.notices.mail import MailServer
from gridmap.notices.webhook import Webhook

BACK_OFF_S = (0.1, 0.5, 1.0, 2.0, 5.0)
SET_ASIDE = timedelta(minutes=1)
FORGETS_EVERY = timedelta(hours=1)

log = structlog.get_logger(__name__)


def keep_watch(engine: Engine, settings: Settings, stop: Event) -> None:
    """Watch until `stop` is set. Raises Invalid at once for settings that make no sense."""
    rules, ways, pause_s = rules_of(settings), ways_of(settings), settings.worker_seconds
    sessions = make_sessions(engine)
    # A receiver that takes its time holds up no reminder.
    sender = Thread(target=again_and_again, args=(lambda: send_one(sessions, ways), pause_s, stop), daemon=True)
    if ways.channels or ways.to_reporters:
        sender.start()
    old = Forgetting(sessions, timedelta(days=settings.notice_days))
    judge = Judging(sessions, settings.route_check_cases, timedelta(minutes=settings.route_check_minutes))

    def work() -> bool:
        return watch(sessions, rules, ways) or go_on_anew(sessions, rules) or old.forget_some() or judge.judge_some()

    again_and_again(work, pause_s, stop)


def rules_of(settings: Settings) -> Rules:
    """What the watch goes by, as far as the settings say. Raises Invalid for a ladder that makes no sense."""
    try:
        shares = read_shares(settings.escalation)
    except ValueError as error:
        sentence = msg("GRIDMAP_ESCALATION is %(count)s shares of the limit, each larger than the last; not %(value)s")
        raise Invalid(sentence, count=len(Rung), value=settings.escalation) from error
    return Rules(shares, timedelta(days=settings.rating_days), settings.nearest_limit_m)


def ways_of(settings: Settings) -> Ways:
    """The ways out of the house that are set. Raises Invalid for a webhook without a secret, or mail without a sender."""
    server = None
    if settings.smtp_host:
        if "@" not in settings.mail_from:
            raise Invalid(msg("GRIDMAP_SMTP_HOST needs GRIDMAP_MAIL_FROM, the sender's address"))
        password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
        at = (settings.smtp_host, settings.smtp_port, settings.mail_from)
        server = MailServer(*at, settings.smtp_security, settings.smtp_username, password)
    origin = settings.public_url.rstrip("/")
    hook, gateway = _hook(settings, "webhook_url"), _hook(settings, "gateway_url")
    if gateway is not None and not origin:
        raise Invalid(msg("GRIDMAP_GATEWAY_URL needs GRIDMAP_PUBLIC_URL: reporters are told an address of this server"))
    return Ways(hook, server, gateway, origin, _rating_urls(settings, origin) if origin else None)


def _hook(settings: Settings, name: str) -> Webhook | None:
    url = str(getattr(settings, name))
    if not url:
        return None
    if settings.webhook_secret is None or not url.startswith(("http://", "https://")):
        text = msg("%(name)s needs http:// or https://, and GRIDMAP_WEBHOOK_SECRET to sign with")
        raise Invalid(text, name=f"GRIDMAP_{name.upper()}")
    return Webhook(url, settings.webhook_secret.get_secret_value())


def _rating_urls(settings: Settings, origin: str) -> UrlOf:
    secret = secret_key(settings)
    return lambda link: f"{origin}/r/{token_of(link, secret)}"


def again_and_again(work: Callable[[], bool], pause_s: float, stop: Event) -> None:
    """Work until `stop`, without a pause while there is some; a lost database is waited for, ever more slowly."""
    failures = 0
    while not stop.is_set():
        try:
            busy = work()
            failures = 0
        except (OperationalError, InterfaceError) as error:
            pause = BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)]
            failures += 1
            log.warning("worker.lost", error=str(error.orig).strip(), retry_s=pause)
            stop.wait(pause)
            continue
        if not busy:
            stop.wait(pause_s)


def watch(sessions: sessionmaker[Session], rules: Rules, ways: Ways) -> bool:
    """Read on in the feed, publish what is due, then look at one case; whether there was anything to do."""
    with sessions.begin() as session:
        rules = rules.read(session)
        read = follow(session, rules, ways.channels, ways.to_reporters)
    published = publish_one(sessions, rules.nearest_limit_m)
    return look_at_one(sessions, rules) or published or bool(read)


def publish_one(sessions: sessionmaker[Session], nearest_limit_m: float) -> bool:
    """Publish the boundaries whose moment has come; whether there were any. What is refused is over, and told to its owner."""
    with sessions.begin() as session:
        due = next_publish(session, clock.now())
        if due is None:
            return False
        if not publish_scheduled(session, due, nearest_limit_m=nearest_limit_m, now=clock.now()):
            log.warning("worker.publish_refused", scheduled=due.id, reason=due.reason)
    return True


def go_on_anew(sessions: sessionmaker[Session], rules: Rules) -> bool:
    """Look some of all cases through, where that was called for; whether there were any."""
    with sessions.begin() as session:
        progress = anew.go_on(session, rules.read(session))
    if progress is not None:
        log.info("worker.all_cases_anew", done=progress.done, moved=progress.moved, left=progress.left)
    return progress is not None


class Forgetting:
    """Once an hour, when there is nothing else to do, notices and idempotency keys that are too old are deleted."""

    def __init__(self, sessions: sessionmaker[Session], kept: timedelta) -> None:
        self._sessions, self._kept = sessions, kept
        self._next = clock.now()

    def forget_some(self) -> bool:
        """Delete some; whether there may be more."""
        now = clock.now()
        if now < self._next:
            return False
        with self._sessions.begin() as session:
            gone = forget(session, now - self._kept) + receipts.forget(session, now)
        if not gone:
            self._next = now + FORGETS_EVERY
        return bool(gone)


class Judging:
    """Now and then, when there is nothing else to do, PostGIS looks at some routes again."""

    def __init__(self, sessions: sessionmaker[Session], count: int, every: timedelta) -> None:
        self._sessions, self._count, self._every = sessions, count, every
        self._next = clock.now()

    def judge_some(self) -> bool:
        """Judge if it is time; there is never more to do at once."""
        now = clock.now()
        if self._count and now >= self._next:
            self._next = now + self._every
            with self._sessions.begin() as session:
                for one in judge(session, count=self._count, every=self._every, now=now):
                    log.error("worker.route_differs", case_id=one.case_id, routed=dict(one.routed), judged=one.verdict._asdict())
        return False


def look_at_one(sessions: sessionmaker[Session], rules: Rules) -> bool:
    """Look at the case that has been due longest. One that can't be looked at is set aside, so that it holds up no other."""
    with sessions.begin() as session:
        case_id = next_case(session, clock.now())
        if case_id is None:
            return False
        try:
            with session.begin_nested():
                look(session, case_id, rules)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # whatever it is, it is logged, and the other cases are looked at
            log.exception("worker.case_set_aside", case_id=case_id)
            session.get_one(Watch, case_id).next_at = clock.now() + SET_ASIDE
    return True


def send_one(sessions: sessionmaker[Session], ways: Ways) -> bool:
    """Send one notice out of the house; whether one was waiting."""
    with sessions.begin() as session:
        delivery = next_delivery(session, ways, clock.now())
        if delivery is None:
            return False
        if not deliver(session, delivery, ways, clock.now()):
            log.warning("worker.not_delivered", delivery=delivery.id, tries=delivery.tries, error=delivery.error)
    return True
