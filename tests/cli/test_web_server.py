"""What the web server sets for its processes before they begin."""

import os
import subprocess
import sys
from pathlib import Path

from gridmap.resources import CHECKOUT


def test_what_numba_compiles_is_kept_at_home(tmp_path: Path) -> None:
    """An alert must not fail because the program lies where nobody may write."""
    env = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"} | {"GRIDMAP_HOME": str(tmp_path)}
    story = "import os, gridmap.cli.web_server; print(os.environ['NUMBA_CACHE_DIR'])"
    done = subprocess.run([sys.executable, "-c", story], env=env, capture_output=True, text=True, check=True, cwd=CHECKOUT)
    assert Path(done.stdout.strip()) == tmp_path / "compiled"
