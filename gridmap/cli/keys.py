"""`gridmap keys`: make, list and revoke the API keys of machines."""

from datetime import timedelta

import click

from gridmap import clock
from gridmap.accounts import keys
from gridmap.accounts.models import ApiKey
from gridmap.accounts.rights import KeyScope
from gridmap.cli.actor import actor
from gridmap.cli.database import opened_session
from gridmap.cli.settings import read_settings
from gridmap.clock import local


@click.group
def command() -> None:
    """接口密钥 · the API keys of machines (cameras, terminals, hotlines)."""


@command.command
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in KeyScope]),
    default=[scope.value for scope in keys.USUAL],
    show_default="alerts read route",
    help="权限，可多次给出 · what it is good for; may be given several times",
)
@click.option("--days", type=click.IntRange(1, 3650), help="有效天数 · refuse it after so many days (default: never)")
def create(name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """生成密钥，只显示这一次 · make a key called NAME; it is shown this once, alone on the last line."""
    until = None if days is None else clock.now() + timedelta(days=days)
    with opened_session(read_settings()) as session:
        secret = keys.create(session, name, scopes=scopes, expires_at=until, actor=actor())
        session.commit()
    click.echo(f"密钥“{name}”只显示这一次，请妥善保存 · The key '{name}' is shown only now; keep it safe:", err=True)
    click.echo(secret)


@command.command
@click.argument("name")
def revoke(name: str) -> None:
    """吊销密钥，立即生效 · refuse the key called NAME from now on."""
    with opened_session(read_settings()) as session:
        keys.revoke(session, name, actor=actor())
        session.commit()
    click.echo(f"已吊销“{name}” · revoked '{name}'")


@command.command("list")
def list_keys() -> None:
    """列出密钥（不显示内容） · list the keys, without their secrets."""
    with opened_session(read_settings()) as session:
        for key in keys.listing(session):
            click.echo(f"{local(key.created_at):%Y-%m-%d %H:%M}  {key.name}  {' '.join(key.scopes)}  {_state(key)}")


def _state(key: ApiKey) -> str:
    if key.revoked_at is not None:
        return f"{local(key.revoked_at):%Y-%m-%d %H:%M} 已吊销 revoked"
    if key.expires_at is None:
        return "有效 in force"
    what = "已到期 expired" if key.expires_at <= clock.now() else "到期 until"
    return f"{local(key.expires_at):%Y-%m-%d %H:%M} {what}"
