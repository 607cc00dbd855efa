"""How far a run has come, beside the file it writes: what a run after a kill goes on from.

Lines of JSON: the first says which job it is, each later one what is done. A line is added when what it speaks of is on
the disk; half a line does not count. Whoever writes holds a lock on the file.
"""

import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from gridmap.errors import Conflict, Invalid, Term, msg

_WHY = {
    "in": msg("the file to be routed has changed"),
    "publication": msg("other boundaries are in force"),
}
_OPTIONS = msg("the options are others")


@dataclass(frozen=True)
class Reached:
    """What is done: up to a sink's mark, with the counts until there; or, done by many, the part of that number and its own."""

    mark: int
    tally: dict[str, Any]


class Ledger:
    """Of one run, from its beginning or going on; nobody else may write the same file meanwhile.

    Args:
        path: where it stands.
        job: what is done: JSON-ready facts, the same for the same job.
        anew: forget what was there.

    Raises:
        Conflict: another process is writing the same file.
        Invalid: what was begun there is another job; says in what.
    """

    def __init__(self, path: Path, job: dict[str, Any], *, anew: bool) -> None:
        self._path = path
        self._file: BinaryIO = path.open("a+b")
        try:
            self.reached = self._begun(job, anew=anew)
        except BaseException:
            self._file.close()
            raise

    def _begun(self, job: dict[str, Any], *, anew: bool) -> list[Reached]:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(msg("Another process is writing this file just now")) from error
        self._file.seek(0)
        whole = self._file.read().rpartition(b"\n")[0]
        lines = [] if anew else [json.loads(line) for line in whole.splitlines()]
        self._file.truncate(len(whole) + 1 if lines else 0)  # Without a line that was being written.
        if not lines:
            self._add(job)
            return []
        differing = [name for name in {**job, **lines[0]} if job.get(name) != lines[0].get(name)]
        if differing:
            why = next((_WHY[name] for name in _WHY if name in differing), _OPTIONS)
            raise Invalid(
                msg("A run was begun that can't be continued: %(why)s. --again begins anew"), field="again", why=Term(why)
            )
        return [Reached(**line) for line in lines[1:]]

    def keep(self, reached: Reached) -> None:
        """Note how far it is, once that is on the disk."""
        self._add({"mark": reached.mark, "tally": reached.tally})

    def _add(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def done(self) -> None:
        """The file is whole and has its name."""
        self._path.unlink(missing_ok=True)
        self._file.close()

    def leave(self) -> None:
        """Somebody else may go on."""
        self._file.close()
