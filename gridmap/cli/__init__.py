"""The command line. Each command is a module here; it is imported only when it is asked for, so that help is quick.

A door: it reads words, calls one verb, commits once, and prints. Errors of the program end in one sentence and an exit
code, never in a traceback.
"""

import importlib
from typing import Any

import click

from gridmap import __version__
from gridmap.errors import GridmapError, Invalid, Unavailable

# name: (module in this package, what it does) — the module's `command` is the click command.
COMMANDS = {
    "run": ("run", "运行全部服务 · run everything: database, web, live relay, simulated alerts"),
    "relay": ("relay", "实时中继 · place committed events in the live feed"),
    "worker": ("worker", "值守：计时、升级提醒、通知 · clocks, reminders and notices"),
    "migrate": ("migrate", "更新数据库结构 · bring the database's tables up to date"),
    "accounts": ("accounts", "账号 · make, reset and disable the accounts of people"),
    "keys": ("keys", "接口密钥 · make, list and revoke the API keys of machines"),
    "load": ("load", "载入数据文件 · bring in grids, cameras, service points, cases, categories from a file"),
    "export": ("export", "导出数据文件 · write a layer to a file"),
    "export-grids": ("export_grids", "导出整套网格和谱系 · all grids of a moment or a plan, with their lineage"),
    "export-map": ("export_map", "导出地图 · the map as one HTML file that opens without a network"),
    "plans": ("plans", "边界方案：导入整套网格 · plans of new boundaries: import a whole set"),
    "route": ("route", "大批定格 · find the grid of every point of a file of any size"),
    "demo": ("demo", "载入演示镇 · load the demo town into an empty database"),
    "media": ("media", "照片与文档 · check photos and documents, clean up"),
    "simulate": ("simulate", "模拟警情 · send made-up alerts through the HTTP API"),
}

EXIT_CODES: tuple[tuple[type[GridmapError], int], ...] = ((Invalid, 65), (Unavailable, 69), (GridmapError, 1))  # sysexits.h


class Commands(click.Group):
    """The group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"{__name__}.{COMMANDS[cmd_name][0]}").command
        assert isinstance(command, click.Command)  # noqa: S101  # a slip of ours, not of the caller's
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        with formatter.section("命令 · Commands"):
            formatter.write_dl([(name, what) for name, (_, what) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GridmapError as error:
            from gridmap.cli.words import say_error  # noqa: PLC0415  # pydantic: not for --help

            click.echo(say_error(error), err=True)
            ctx.exit(next(code for kind, code in EXIT_CODES if isinstance(error, kind)))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gridmap")
def main() -> None:
    """一网统管网格地图 · the live map of a township's micro-grids.

    设置见 docs/settings.md（GRIDMAP_PORT、GRIDMAP_HOME……） · settings are environment variables, see docs/settings.md.
    """
