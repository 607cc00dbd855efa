"""Who changes people and their turns: whoever may wherever somebody acts, or in the grid of one post. For both doors."""

from collections.abc import Sequence

from gridmap.accounts import scopes
from gridmap.accounts.rights import Scope
from gridmap.errors import NotAllowed, NotFound, msg
from gridmap.http.state import db
from gridmap.http.who import caller, check, may
from gridmap.people import lookup, registering, roster
from gridmap.people.roster import Side

CHANGE = "people.change"
ROSTER, SWAP = "roster.change", "roster.swap"


def changer(ref: str) -> str:
    """Lock somebody whom whoever asks may change wherever they act; answers who asks. `NotFound`, `NotAllowed` otherwise."""
    for scope in scopes.of_person(db(), registering.locked(db(), ref)):
        check(CHANGE, scope)
    return caller().name


def post_changer(ref: str, post_id: int) -> str:
    """Lock somebody who has this post, in a grid where whoever asks may change people; answers who asks. Raises as above."""
    person = registering.locked(db(), ref)
    codes = [post.grid_code for post, _, _ in lookup.posts_of(db(), person.id) if post.id == post_id]
    if not codes:
        raise NotFound(msg("There is no such post"))
    return check(CHANGE, Scope(codes[0])).name


def swapper(code: str, *shift_ids: int) -> str:
    """Who asks, and may swap turns of these shifts, the first of which is the grid's. Raises as above."""
    check(SWAP, Scope(code))
    sides = [roster.side_of_shift(db(), shift_id) for shift_id in shift_ids]
    found = [side for side in sides if side is not None]
    if len(found) < len(sides) or found[0].grid_code != code:
        raise NotFound(msg("There is no such shift"))
    return _of_both(found)


def restorer(code: str, exception_id: int) -> str:
    """Who asks, and may take back an exception that touches the grid: a swap as whoever may make it. Raises as above."""
    check(SWAP, Scope(code))
    sides = roster.sides_of_exception(db(), exception_id)
    if code not in {side.grid_code for side in sides}:
        raise NotFound(msg("There is no such exception"))
    if all(side.swapped for side in sides):
        return _of_both(sides)
    return check(ROSTER, Scope(sides[0].grid_code)).name


def _of_both(sides: Sequence[Side]) -> str:
    """Who asks: somebody who may swap in both grids; who may not change the roster there needs a turn of their own in it."""
    for side in sides:
        check(SWAP, Scope(side.grid_code))
    asking = caller()
    keeps = all(may(ROSTER, Scope(side.grid_code)) for side in sides)
    if not keeps and asking.person_id not in {side.person_id for side in sides}:
        raise NotAllowed(msg("Members swap turns of their own; a head swaps those of others"))
    return asking.name
