"""How often something may be asked of one process: so many times a while, for each subject. Kept in memory."""

from collections import OrderedDict
from threading import Lock
from time import monotonic

MOST_SUBJECTS = 10_000


class Pace:
    """At most `most` times in `seconds`; the subjects least lately seen are forgotten when there are too many."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self._seen: OrderedDict[object, list[float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, subject: object) -> float:
        """Count one more for `subject`: 0 when it may go on, else seconds until it may."""
        now = monotonic()
        with self._lock:
            times = [at for at in self._seen.pop(subject, []) if at > now - self.seconds]
            wait = times[0] + self.seconds - now if len(times) >= self.most else 0.0
            if not wait:
                times.append(now)
            self._seen[subject] = times
            while len(self._seen) > MOST_SUBJECTS:
                self._seen.popitem(last=False)
        return wait
