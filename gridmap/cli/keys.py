"""`gridmap keys`: make, list and revoke the API keys of machines."""

import getpass

import click

from gridmap.accounts import keys
from gridmap.cli.database import opened_session
from gridmap.cli.settings import read_settings
from gridmap.clock import local


def actor() -> str:
    """Who types, as the journal names them."""
    return f"cli:{getpass.getuser()}"


@click.group
def command() -> None:
    """接口密钥 · the API keys of machines (cameras, terminals, hotlines)."""


@command.command
@click.argument("name")
def create(name: str) -> None:
    """生成密钥，只显示这一次 · make a key called NAME; it is shown this once, alone on the last line."""
    with opened_session(read_settings()) as session:
        secret = keys.create(session, name, actor=actor())
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
            made = f"{local(key.created_at):%Y-%m-%d %H:%M}"
            ended = f"{local(key.revoked_at):%Y-%m-%d %H:%M} 已吊销 revoked" if key.revoked_at else "有效 in force"
            click.echo(f"{made}  {key.name}  {ended}")
