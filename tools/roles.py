"""Write docs/roles.md from the table of deeds: `python -m tools.roles`."""

import gettext
from collections.abc import Iterable
from pathlib import Path

from gridmap.accounts.rights import ACCOUNT_ROLES, RIGHTS, KeyScope, Right, Role, Where
from gridmap.accounts.words import KEY_SCOPES, ROLES
from gridmap.resources import translations_dir

PAGE = Path(__file__).resolve().parents[1] / "docs/roles.md"
HEAD = """# 角色与权限 · Roles and rights

谁在哪里可以做什么。本页由 `python -m tools.roles` 从权限表（`gridmap/accounts/rights.py`）生成，测试会比对；
另一个测试经 HTTP 走遍“角色 × 操作 × 范围内外”。

Who may do what, and where. `python -m tools.roles` makes this page from the table in `gridmap/accounts/rights.py`; a test
compares the two, and another walks every role, deed and scope through HTTP.

## 角色 · Roles

| 角色 Role | 中文 | English | 范围 Holds within |
|---|---|---|---|
"""
MIDDLE = """
- 网格范围含其下各级：授予村居即含其全部微网格。 A grid's scope takes in all below it.
- 没有归属网格的案件（待定位）由全镇范围的角色处理。 A case without a grid is the business of roles for the whole town.
- 一个账号可有多个角色，各有起止时间。 An account may hold many roles, each from one moment until another.
- 居民没有账号，凭为一件案件签发的链接评价。 Residents have no account: they rate by a link signed for one case.
- 姓名与电话（`people.read`）只给范围内的人看；上报人身份（`reporter.read`）只给处理该案件的人看，管理员与审计员也看不到。
  Names and phones are for those in whose scope they lie; who reported a case is for those who handle it,
  not even for administrators and auditors.
- 自己处置的案件不能自己核查，由流程另行把关。 Nobody verifies their own handling: the workflow sees to that.

## 操作 · Deeds

● 范围内可以 within their scope · ○ 不论范围 anywhere

"""
FOOT = """
`account.own` 与 `inbox.own` 是每个登录者自己的账号与收件箱。 Those two are everybody's own account and inbox.

## 密钥 · API keys

程序凭密钥访问，一把密钥有一项或多项权限，可设到期时间。
Machines show a key, good for one or more of these, if need be until a day.

| 权限 Scope | 中文 | English | 操作 Deeds |
|---|---|---|---|
"""
PUBLIC = """
不需登录的只有：登录页本身、静态文件、接口说明、`/healthz`、`/readyz`、居民评价链接；本机上的 `/metrics`。
Without signing in there are only: the way in, static files, the API's description, `/healthz`, `/readyz`, residents' rating
links, and `/metrics` from this machine itself.
"""
_SHORT = {
    Role.OPERATOR: "操作员 oper.",
    Role.PLANNER: "规划 plan.",
    Role.MEMBER: "成员 memb.",
    Role.MICRO_HEAD: "微网格长 micro",
    Role.GRID_HEAD: "网格长 head",
    Role.HANDLER: "部门 dept",
    Role.RESIDENT: "居民 resid.",
    Role.ADMINISTRATOR: "管理员 admin",
    Role.AUDITOR: "审计 audit",
}


def _zh(text: str) -> str:
    return gettext.translation("messages", translations_dir(), ["zh"]).gettext(text)


def _scope(role: Role) -> str:
    if role is Role.HANDLER:
        return "条线部门 a department"
    return "网格 a grid" if role in ACCOUNT_ROLES else "链接 a link" if role is Role.RESIDENT else "密钥 its key"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _mark(right: Right, role: Role) -> str:
    if role not in right.roles:
        return ""
    return "○" if right.where is Where.ANYWHERE else "●"


def text() -> str:
    """The whole page."""
    roles = "".join(_row([f"`{role}`", _zh(words), words, _scope(role)]) for role, words in ROLES.items())
    table = _row(["操作 Deed", *_SHORT.values()]) + _row(["---", *(":-:" for _ in _SHORT)])
    table += "".join(_row([f"`{right.deed}`", *(_mark(right, role) for role in _SHORT)]) for right in RIGHTS.values())
    scopes = "".join(_row([f"`{scope}`", _zh(words), words, _deeds(scope)]) for scope, words in KEY_SCOPES.items())
    return HEAD + roles + MIDDLE + table + FOOT + scopes + PUBLIC


def _deeds(scope: KeyScope) -> str:
    return ", ".join(f"`{right.deed}`" for right in RIGHTS.values() if scope in right.key_scopes)


if __name__ == "__main__":
    PAGE.write_text(text(), "utf-8")
