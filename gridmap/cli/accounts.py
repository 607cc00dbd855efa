"""`gridmap accounts`: the first administrator, and help when nobody can sign in any more."""

import click
from sqlalchemy.orm import Session

from gridmap import clock
from gridmap.accounts import keeping, lookup
from gridmap.accounts.rights import ACCOUNT_ROLES, Grant, Role
from gridmap.cli.actor import actor
from gridmap.cli.database import opened_session
from gridmap.cli.settings import read_settings
from gridmap.clock import local
from gridmap.errors import Invalid, msg
from gridmap.people import departments

_ROLES = sorted(role.value for role in ACCOUNT_ROLES)
_role = click.option("--role", type=click.Choice(_ROLES), help="角色 · what it may do (docs/roles.md)")
_grid = click.option("--grid", default="", help="网格编码：本级及以下 · the grid it holds in, with all below (default: the town)")
_department = click.option("--department", default="", help="条线部门代码 · the department it holds in (handlers)")


@click.group
def command() -> None:
    """账号 · accounts of people who sign in."""


@command.command
@click.argument("username")
@click.option("--name", default="", help="姓名 · what the pages call them")
@_role
@_grid
@_department
def create(username: str, name: str, role: str | None, grid: str, department: str) -> None:
    """新建账号，初始密码只显示这一次 · make an account; its first password is shown this once, alone on the last line."""
    with opened_session(read_settings()) as session:
        account, password = keeping.create(session, username, name=name, actor=actor())
        if role is not None:
            keeping.grant(session, account.username, _scope(session, role, grid, department), since=clock.now(), actor=actor())
        session.commit()
    click.echo("初始密码只显示这一次，首次登录须更改 · The first password is shown only now and must be changed:", err=True)
    click.echo(password)


@command.command("list")
def list_accounts() -> None:
    """列出账号与角色 · list the accounts and their roles."""
    with opened_session(read_settings()) as session:
        accounts = lookup.listing(session)
        granted = lookup.grants(session, [account.id for account in accounts], clock.now())
        for account in accounts:
            roles = ", ".join(f"{one.role}@{one.grid_code or f'department {one.department_id}'}" for one in granted[account.id])
            ended = f"  {local(account.disabled_at):%Y-%m-%d %H:%M} 已停用 disabled" if account.disabled_at else ""
            click.echo(f"{account.username}  {account.name}  {roles or '–'}{ended}")


@command.command
@click.argument("username")
@click.option("--role", type=click.Choice(_ROLES), required=True, help="角色 · what it may do (docs/roles.md)")
@_grid
@_department
def grant(username: str, role: str, grid: str, department: str) -> None:
    """授予角色 · give an account one more role."""
    with opened_session(read_settings()) as session:
        keeping.grant(session, username, _scope(session, role, grid, department), since=clock.now(), actor=actor())
        session.commit()
    click.echo(f"已授予 · granted: {username} {role}")


@command.command
@click.argument("username")
def reset(username: str) -> None:
    """重置密码，新的初始密码只显示这一次 · a new first password, shown this once, alone on the last line."""
    with opened_session(read_settings()) as session:
        password = keeping.reset(session, username, actor=actor())
        session.commit()
    click.echo(password)


@command.command("remove-second-factor")
@click.argument("username")
def remove_second_factor(username: str) -> None:
    """解除双重验证（手机丢失） · for a lost phone."""
    with opened_session(read_settings()) as session:
        keeping.remove_second_factor(session, username, actor=actor())
        session.commit()
    click.echo(f"已解除 · removed: {username}")


@command.command
@click.argument("username")
def disable(username: str) -> None:
    """停用账号，立即生效 · refuse an account from now on, its sessions too."""
    with opened_session(read_settings()) as session:
        keeping.disable(session, username, now=clock.now(), actor=actor())
        session.commit()
    click.echo(f"已停用 · disabled: {username}")


@command.command
@click.argument("username")
def enable(username: str) -> None:
    """恢复账号 · let a disabled account in again."""
    with opened_session(read_settings()) as session:
        keeping.enable(session, username, actor=actor())
        session.commit()
    click.echo(f"已恢复 · enabled: {username}")


def _scope(session: Session, role: str, grid: str, department: str) -> Grant:
    if role == Role.HANDLER:
        return Grant(Role(role), department_id=departments.locked(session, department).id)
    return Grant(Role(role), grid or _town(session))


def _town(session: Session) -> str:
    """The one town there is; `Invalid` where that is not clear."""
    found = lookup.towns(session)
    if len(found) != 1:
        raise Invalid(msg("Name the grid with --grid: there are %(count)s towns"), field="grid", count=len(found))
    return found[0]
