"""How long who fails to sign in must wait. Pure.

Growing pauses rather than a lock for good: nobody can lock a colleague out for long by failing in their name, and a guesser
gets some hundred tries a day, which is what NIST SP 800-63B-4, 3.2.2, allows in a row.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)


@dataclass(frozen=True)
class Patience:
    """So many failures are free; each further one doubles the pause, from `first` on."""

    free: int
    first: timedelta

    def pause(self, failures: int) -> timedelta:
        """The pause after so many failures in a row."""
        if failures < self.free:
            return timedelta(0)
        return min(self.first * (1 << min(failures - self.free, 20)), LONGEST)

    def until(self, failures: int, last_at: datetime) -> datetime:
        """When the next try is heard."""
        return last_at + self.pause(failures)


BY_NAME = Patience(free=5, first=timedelta(seconds=5))
# A whole office may share one address.
BY_ADDRESS = Patience(free=30, first=timedelta(seconds=5))


def network(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 an IPv6 customer has to themselves."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if isinstance(found, IPv4Address):
        return str(found)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
