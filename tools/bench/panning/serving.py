"""What the measured pages need, from this machine alone: scripts, a city's tiles, the codes of its grids."""

import mimetypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

import orjson
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gridmap.maps import tiles
from gridmap.resources import CHECKOUT, static_dir

HERE = Path(__file__).parent
_CODES = text("SELECT code FROM grid ORDER BY code")


class Files:
    """Everything by its path: its bytes and their kind."""

    def __init__(self, engine: Engine, candidates: Path) -> None:
        self._engine = engine
        self._folders = {"static": static_dir(), "vendor": CHECKOUT / "node_modules", "lib": candidates, "bench": HERE}
        self._lock = Lock()
        self._made: dict[str, bytes] = {}

    def get(self, path: str) -> tuple[bytes, str]:
        """KeyError or OSError where there is nothing."""
        first, _, rest = path.partition("?")[0].removeprefix("/").partition("/")
        if first == "page":
            return (HERE / "page.html").read_bytes(), "text/html"
        if first == "codes":
            return self._once(path, lambda session: orjson.dumps(session.scalars(_CODES).all())), "application/json"
        if first == "tiles":
            z, x, y = (int(part.removesuffix(".mvt")) for part in rest.split("/")[1:])
            return self._once(path, lambda session: tiles.tile(session, "grids", z, x, y)), "application/vnd.mapbox-vector-tile"
        kind = "text/javascript" if rest.endswith("js") else mimetypes.guess_type(rest)[0]
        return (self._folders[first] / rest).read_bytes(), kind or "text/plain"

    def _once(self, path: str, make: Callable[[Session], bytes]) -> bytes:
        with self._lock:
            if path not in self._made:
                with Session(self._engine) as session:
                    self._made[path] = make(session)
            return self._made[path]


@contextmanager
def serving(engine: Engine, candidates: Path) -> Iterator[str]:
    """The origin of a server of the pages; `candidates` is the node_modules with what this checkout does not have."""
    files = Files(engine, candidates)

    class Pages(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                body, kind = files.get(self.path)
            except (KeyError, OSError):
                self.send_error(404)
                return
            with suppress(ConnectionError):  # Whoever has left the page waits for nothing.
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            """Not a word: the table is what is read."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
