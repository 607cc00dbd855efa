#!/usr/bin/env python3
"""Brings whatever is missing before the program (or its tests) can run. Standard library only; `make` calls it.

    python3 tools/setup.py run     PostgreSQL with PostGIS, the Python environment, the front-end packages
    python3 tools/setup.py test    the same, the development tools, and a browser with Chinese letters

A second run finds everything in place and takes a fraction of a second. Killed in the middle, it starts over where needed.
"""

import os
import sys
from pathlib import Path

OLDEST = (3, 11)


def main(arguments: list[str]) -> int:
    """Set up for the purpose named in `arguments`; the exit code."""
    if sys.version_info < OLDEST:
        have = ".".join(str(part) for part in sys.version_info[:2])
        print(f"需要 Python 3.11 或更新版本，现为 {have}。 Python 3.11 or newer is needed; this is {have}.", file=sys.stderr)
        return 1
    if len(arguments) != 1 or arguments[0] not in ("run", "test"):
        print(__doc__, file=sys.stderr)
        return 2
    checkout = Path(__file__).resolve().parent.parent
    sys.path[0] = str(checkout)  # instead of tools/, so that `gridmap` and `tools` are found
    from tools.setting_up import bring  # noqa: PLC0415  # after the version check: older Pythons can't read it
    from tools.setting_up.say import Failed  # noqa: PLC0415  # same

    try:
        bring.everything(checkout, for_tests=arguments[0] == "test", own_database="GRIDMAP_DATABASE_URL" in os.environ)
    except Failed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n已中断，再次运行即可继续。 Interrupted; run it again to go on.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
