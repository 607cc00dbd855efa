"""`python -m tools.setting_up.peers`: the programs that this one is measured beside, into .venv, exactly as locked."""

import sys
from pathlib import Path

from tools.setting_up.pip_settings import for_uv
from tools.setting_up.python import find_uv
from tools.setting_up.say import run, step


def main() -> None:
    """Bring them; where they are here already it takes no time."""
    checkout = Path(__file__).resolve().parents[2]
    with step("准备对比程序", "Bringing the programs to measure beside"):
        lock = checkout / "requirements/bench.txt"
        run(
            [*find_uv(checkout), "pip", "install", "--python", sys.executable, "--require-hashes", "-r", lock],
            cwd=checkout,
            env=for_uv(),
        )


if __name__ == "__main__":
    main()
