"""What a load did, or would have done."""

from dataclasses import dataclass, field
from typing import NamedTuple

from gridmap.errors import Fault
from gridmap.geo.files.contents import Counted


class Refusal(NamedTuple):
    """One reason not to take the file: where it stands (0: the file as a whole) and what is wrong."""

    line: int
    fault: Fault

    @property
    def field(self) -> str:
        """The column or property it is about, "" where there is none."""
        return self.fault.field

    @property
    def reason(self) -> str:
        """The sentence, in English."""
        return str(self.fault)


@dataclass
class Report:
    """The outcome. With any refusal nothing was written.

    Attributes:
        layer: grids, cameras, service-points, cases or categories.
        total: lines or features read.
        new, changed, unchanged, retired: how many of what is in the file; retired: grids in force that it leaves out.
        counted: what the refusals' numbers count.
        datum: the datum the coordinates were taken to be in.
    """

    layer: str
    total: int
    counted: Counted
    datum: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    retired: int = 0
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)

    @property
    def refuses(self) -> bool:
        """Whether the file was refused."""
        return bool(self.refused)
