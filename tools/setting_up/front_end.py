"""Third-party front-end packages: `npm ci` from the lock file into the ignored node_modules/. Node comes with .venv."""

import os
from pathlib import Path

from tools.setting_up.say import run, step
from tools.setting_up.stamps import Stamp, fingerprint


def bring(checkout: Path) -> None:
    """Install the packages of package-lock.json, unless they are those already."""
    stamp = Stamp(checkout, "front-end")
    mark = fingerprint([checkout / "package.json", checkout / "package-lock.json"])
    if stamp.read() == mark and (checkout / "node_modules").is_dir():
        return
    with step("下载前端组件", "Fetching the front-end packages"):
        stamp.remove()
        programs = checkout / ".venv/bin"
        path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
        run([programs / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=checkout, env={"PATH": path})
        (checkout / "node_modules").mkdir(exist_ok=True)
        stamp.write(mark)
