"""The npm package which-polygon as a peer: a process of Node holds its index, points and answers travel as bytes."""

import struct
import subprocess
import tempfile
from pathlib import Path
from typing import IO
from weakref import finalize

import numpy as np
import shapely

from gridmap.resources import CHECKOUT
from tools.bench.workloads import Answer, Ask, Floats, Shapes

NODE = CHECKOUT / ".venv/bin/node"
SCRIPT = Path(__file__).with_suffix(".mjs")


def which_polygon(polygons: Shapes) -> Ask:
    """Polygons with one ring each. The process ends when what is returned is forgotten."""
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        _save(polygons, file)
        node = subprocess.Popen([NODE, SCRIPT, file.name], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if node.stdin is None or node.stdout is None or not node.stdout.read(1):
            raise RuntimeError("which-polygon did not start")
    into, out = node.stdin, node.stdout

    def ask(x: Floats, y: Floats) -> Answer:
        into.write(struct.pack("=i", len(x)) + x.tobytes() + y.tobytes())
        into.flush()
        return np.frombuffer(out.read(4 * len(x)), np.int32).astype(np.int64)

    finalize(ask, _end, node)
    return ask


def _save(polygons: Shapes, file: "IO[bytes]") -> None:
    """How many, the corners of each, and all corners; each part begins at a multiple of eight bytes."""
    sizes = shapely.get_num_coordinates(polygons).astype(np.int32)
    file.write(struct.pack("=ii", len(sizes), 0) + np.append(sizes, np.zeros(len(sizes) % 2, np.int32)).tobytes())
    file.write(np.ascontiguousarray(shapely.get_coordinates(polygons)).tobytes())
    file.flush()


def _end(node: "subprocess.Popen[bytes]") -> None:
    for stream in (node.stdin, node.stdout):
        if stream is not None:
            stream.close()
    node.wait(10)
