"""The pictures of the documents, in both languages, light and dark, on a laptop, a phone and a wall: `make screenshots`.

Starts the program with the demo town in a throw-away home, without simulated alerts, and photographs it with the tests' browser,
each page as somebody of the demo town whose page it is.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, StorageState, sync_playwright

from tools import own_scripts
from tools.setting_up.browser import find_chromium

CHECKOUT = Path(__file__).resolve().parents[1]
Account = tuple[str, ...]  # username and password
Accounts = dict[str, Account]  # by role
SETTLED_MS = 2500  # tiles and clusters fade in


@dataclass(frozen=True)
class Shot:
    """One picture: its file's name, the page, the language, the window (CSS pixels), the scheme, what to click, who looks."""

    name: str
    path: str = "/"
    language: str = "zh-CN"
    size: tuple[int, int] = (1366, 768)
    dark: bool = False
    click: tuple[str, ...] = ()
    role: str = "operator"


FIRST_CASE = "#list li >> nth=0"
DISPATCH = (FIRST_CASE, "[data-deed=dispatch]")
TASK = ("[data-testid=task] >> nth=0",)
PHONE = (390, 844)
DRAWN = ("[data-testid=found-grid][data-code='310151101009002']", ".handle.junction >> nth=0")
ZONE = ("[data-testid=tab-zones]", "[data-testid=zone] >> nth=0")
# A plan of the demo town in which one grid is three, for the pages of plans: its number.
DRAW = own_scripts.with_api(
    "",
    """
    const { id } = await send("/api/v1/plans", { name: "老城细分 Finer grids", ground: "310151101" });
    const body = { code: "310151101009001", parts: 3 };
    await send(`/api/v1/plans/${id}/ops/divide`, body, { headers: { "If-Match": "*" } });
    return id;
""",
)
SHOTS = (
    Shot("map-zh"),
    Shot("map-en", language="en"),
    Shot("dispatch-zh", click=DISPATCH),
    Shot("dispatch-en-dark", language="en", click=DISPATCH, dark=True),
    Shot("phone-case-zh", path="/m", size=PHONE, click=TASK, role="micro_head"),
    Shot("phone-case-en-dark", path="/m", language="en", size=PHONE, click=TASK, dark=True, role="member"),
    Shot("wall-zh", path="/wall", size=(1920, 1080), dark=True),
    Shot("wall-en", path="/wall", language="en", size=(1920, 1080), dark=True),
    Shot("plan-zh", path="/plans/{plan}", click=DRAWN, role="planner"),
    Shot("zone-zh", path="/plans/{plan}", click=ZONE, role="planner"),
    Shot("review-zh", path="/plans/{plan}/review", size=(1366, 1100), role="planner"),
)


def main() -> None:
    """Take the pictures asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=CHECKOUT / "docs/pictures", help="folder to write to")
    parser.add_argument("--url", help="a running program to photograph instead of one started for this")
    parser.add_argument("--account", metavar="NAME:PASSWORD", help="whom to sign in as there; people of the demo town otherwise")
    parser.add_argument("--only", help="only pictures whose name begins so")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in SHOTS if shot.name.startswith(chosen.only or "")]
    if chosen.url:
        account = tuple((chosen.account or ":").split(":", 1))
        _photograph(chosen.url, {shot.role: account for shot in shots}, shots, chosen.out)
    else:
        with _running() as (url, accounts):
            _photograph(url, accounts, shots, chosen.out)


@contextmanager
def _running() -> Iterator[tuple[str, Accounts]]:
    home = Path(tempfile.mkdtemp(prefix="gridmap-pictures-"))
    home.chmod(0o755)  # the database server may run as another user
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    env = {**os.environ, "GRIDMAP_HOME": str(home), "GRIDMAP_PORT": port, "GRIDMAP_SIMULATE": "0"}
    command = [sys.executable, "-m", "gridmap", "run"]
    with subprocess.Popen(command, env=env, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None  # noqa: S101  # a pipe was asked for
            if not any("Ctrl-C" in line for line in program.stdout):
                raise SystemExit("The program did not start; the lines above say why.")
            accounts = json.loads((home / "demo-accounts.json").read_text("utf-8"))
            yield f"http://127.0.0.1:{port}", {one["role"]: (one["username"], one["password"]) for one in accounts}
        finally:
            program.terminate()
            program.wait()
            shutil.rmtree(home, ignore_errors=True)


def _photograph(url: str, accounts: Accounts, shots: list[Shot], out: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        states = {role: _sign_in(browser, url, accounts[role]) for role in {shot.role for shot in shots}}
        plan = _plan(browser, url, states["planner"]) if any("{plan}" in shot.path for shot in shots) else 0
        for shot in shots:
            _take(browser, url + shot.path.format(plan=plan), states[shot.role], shot, out / f"{shot.name}.png")
            print(out / f"{shot.name}.png")
        browser.close()


def _sign_in(browser: Browser, url: str, account: Account) -> StorageState:
    """The cookies of somebody who has signed in."""
    page = browser.new_page()
    page.goto(f"{url}/sign-in")
    page.fill("#username", account[0])
    page.fill("#password", account[1])
    page.press("#password", "Enter")
    page.wait_for_selector("#list")
    return page.context.storage_state()


def _plan(browser: Browser, url: str, state: StorageState) -> int:
    """The number of a plan that has been drawn on."""
    page = browser.new_page(storage_state=state)
    page.goto(f"{url}/plans")
    return int(page.evaluate(DRAW))


def _take(browser: Browser, address: str, state: StorageState, shot: Shot, file: Path) -> None:
    width, height = shot.size
    context = browser.new_context(
        storage_state=state,
        viewport={"width": width, "height": height},
        locale=shot.language,
        color_scheme="dark" if shot.dark else "light",
        is_mobile=shot.size == PHONE,
        has_touch=shot.size == PHONE,
        device_scale_factor=2 if shot.size == PHONE else 1,
    )
    page = context.new_page()
    page.goto(address)
    if shot.path == "/":
        page.wait_for_selector("#list li")
    page.wait_for_timeout(SETTLED_MS)
    for target in shot.click:
        page.click(target)
        page.wait_for_timeout(SETTLED_MS)
    page.screenshot(path=file)
    context.close()


if __name__ == "__main__":
    main()
