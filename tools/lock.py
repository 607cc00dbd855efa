"""Choose the newest allowed versions of everything and lock them with their hashes: `make lock`."""

import os
from pathlib import Path

from tools.setting_up.pip_settings import for_uv
from tools.setting_up.python import find_uv
from tools.setting_up.say import run, step

CHECKOUT = Path(__file__).resolve().parents[1]
COMPILE = ("pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--upgrade")
# The development lock holds the same versions of what the program itself needs.
LOCKS = (
    ("uv.txt", ("requirements/uv.in",)),
    ("run.txt", ("pyproject.toml", "--group", "node")),
    ("dev.txt", ("pyproject.toml", "--group", "dev", "--group", "node", "-c", "requirements/run.txt")),
    ("bench.txt", ("--group", "bench", "-c", "requirements/dev.txt")),
)
# A lock holds the hashes of every platform's files; an index of this machine's own may hold only this platform's.
PARTIAL = {"UV_INDEX", "UV_INDEX_STRATEGY", "UV_FIND_LINKS"}


def main() -> None:
    """Write requirements/*.txt and package-lock.json anew."""
    uv, env = find_uv(CHECKOUT), {name: value for name, value in for_uv().items() if name not in PARTIAL}
    for name, sources in LOCKS:
        with step(f"锁定 {name}", f"Locking {name}"):
            run([*uv, *COMPILE, *sources, "-o", f"requirements/{name}"], cwd=CHECKOUT, env=env)
    with step("锁定前端组件", "Locking the front-end packages"):
        programs = CHECKOUT / ".venv/bin"
        path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
        run([programs / "npm", "update", "--package-lock-only", "--ignore-scripts"], cwd=CHECKOUT, env={"PATH": path})


if __name__ == "__main__":
    main()
