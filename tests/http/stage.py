"""What the matrix is walked on: the tiny town with a case, a person and a department, and clients who ask."""

from dataclasses import dataclass
from typing import Any

from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gridmap.accounts.rights import Role
from tests import callers, town

REFUSED = "You may not do this here ("
CASE = "{case}"
HERE, BESIDE = town.village(1), town.village(2)
MICRO = town.micro(1, 1)


@dataclass(frozen=True)
class Stage:
    """The tiny town with one case and one person in the south-western micro-grid. The case has been handed to the first of
    two departments, to which the person belongs."""

    app: APIFlask
    case: str
    department_id: int
    other_department_id: int

    def ask(self, client: FlaskClient, method: str, path: str, body: Any = None) -> TestResponse:
        """Ask something about the case, or anything else."""
        client.environ_base["REMOTE_ADDR"] = "192.0.2.7"  # not this machine, which may read the figures
        given: dict[str, Any] = {"json": body} if path.startswith("/api/") and method != "GET" else {"data": body}
        return client.open(path.replace(CASE, self.case), method=method, **given)

    def within(self, role: Role, *, of_the_town: bool = False) -> FlaskClient:
        """Somebody with the role in whose scope the case and the person lie, or the whole town."""
        if role is Role.HANDLER:
            return callers.signed_in(self.app, role, department_id=self.department_id)
        return callers.signed_in(self.app, role, town.TOWN if of_the_town else MICRO if role is Role.MEMBER else HERE)

    def beside(self, role: Role, *, of_the_town: bool = False) -> FlaskClient:
        """Somebody with the role elsewhere: in the village next door, in the other department, or in a part of the town only."""
        if role is Role.HANDLER:
            return callers.signed_in(self.app, role, department_id=self.other_department_id)
        return callers.signed_in(self.app, role, HERE if of_the_town else BESIDE)


def refused(answer: TestResponse) -> bool:
    """Whether it was the table that said no."""
    told = answer.get_json(silent=True) if answer.mimetype == "application/problem+json" else None
    found = answer.status_code == 403 and (told or {}).get("detail", "").startswith(REFUSED)
    answer.close()
    return found
