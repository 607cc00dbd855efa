"""Who changes people: whoever may wherever somebody acts, or in the grid of one post. For both doors."""

from gridmap.accounts import scopes
from gridmap.accounts.rights import Scope
from gridmap.errors import NotFound, msg
from gridmap.http.state import db
from gridmap.http.who import caller, check
from gridmap.people import lookup, registering

CHANGE = "people.change"


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
