"""`gridmap demo`: the demo town for an empty database."""

import json
from dataclasses import asdict
from datetime import timedelta

import click

from gridmap import clock
from gridmap.accounts import demo as accounts
from gridmap.cli.actor import actor
from gridmap.cli.database import opened_session
from gridmap.cli.outcome import print_report
from gridmap.cli.private_file import write_private
from gridmap.cli.settings import read_settings
from gridmap.desk.loading.demo import load_demo
from gridmap.desk.loading.job import Terms
from gridmap.desk.stories import busiest, play
from gridmap.errors import GridmapError, msg
from gridmap.resources import data_dir
from gridmap.store.files import Limits, read
from gridmap.store.storage import opened
from gridmap.web.demo import FILE


@click.command
def command() -> None:
    """载入演示镇 · load the demo town into an empty database."""
    settings = read_settings()
    terms = Terms(
        actor=actor(),
        now=clock.now(),
        ahead=timedelta(minutes=settings.future_minutes),
        nearest_limit_m=settings.nearest_limit_m,
    )
    with opened_session(settings) as session:
        reports = load_demo(session, data_dir(), terms)
        refused = [report for report in reports if report.refuses]
        for report in refused or reports:
            print_report(report)
        if refused:
            raise GridmapError(msg("The demo town's own files were refused; nothing was loaded"))
        limits = Limits(settings.evidence_max_bytes, settings.evidence_max_pixels)
        photo = read((data_dir() / "people" / "demo-after.jpg").read_bytes(), limits)
        limit_m = settings.nearest_limit_m
        play(session, now=terms.now, storage=opened(settings), photo=photo, nearest_limit_m=limit_m)
        made = accounts.make(session, now=terms.now, actor=terms.actor, micro=busiest(session))
        settings.home.mkdir(parents=True, exist_ok=True)
        write_private(settings.home / FILE, json.dumps([asdict(account) for account in made], ensure_ascii=False))
        session.commit()
