"""`gridmap media`: whether every photo is there, and away with files nobody refers to."""

import click

from gridmap import clock
from gridmap.cli.database import opened_session
from gridmap.cli.settings import read_settings
from gridmap.desk import evidence
from gridmap.store.storage import opened


@click.group
def command() -> None:
    """照片与文档 · photos and documents."""


@command.command
@click.option("--commit", is_flag=True, help="真正删除 · really delete")
def clean(*, commit: bool) -> None:
    """清理一天以前中断的上传，默认只列出 · delete files of uploads that broke off a day ago; without --commit only list them."""
    settings = read_settings()
    storage, count = opened(settings), 0
    with opened_session(settings) as session:
        for stored in list(evidence.orphans(session, storage, clock.now())):
            if not commit or evidence.clean(session, storage, stored):
                count += 1
                click.echo(f"{stored.at:%Y-%m-%d}  {stored.size:>10}  {stored.name}")
            session.commit()  # One by one: uploads wait no longer than for one.
    done = "已删除 deleted" if commit else "可删除 can be deleted (--commit)"
    click.echo(f"{count} {done}", err=True)


@command.command
@click.pass_context
def check(ctx: click.Context) -> None:
    """核对照片是否齐全，缺少时退出码为 1 · whether every file is there (after a restore); exit code 1 when some are not."""
    settings = read_settings()
    with opened_session(settings) as session:
        names = evidence.missing(session, opened(settings))
    for name in names:
        click.echo(name)
    click.echo(f"缺少 {len(names)} 个文件 · {len(names)} files are missing", err=True)
    ctx.exit(1 if names else 0)
