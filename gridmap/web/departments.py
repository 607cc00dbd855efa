"""Pages of line departments: contacts, who belongs to them, the categories they answer for, and the forms that change it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from apiflask import APIBlueprint
from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from gridmap import clock
from gridmap.accounts.rights import Scope
from gridmap.cases import categories, owning
from gridmap.cases.categories import CategoryKey
from gridmap.errors import NotFound, msg
from gridmap.http.conditional import version
from gridmap.http.state import db
from gridmap.http.who import check, may, needs
from gridmap.people import departments, lookup
from gridmap.web import language, typed
from gridmap.web.staff import READ
from gridmap.web.typed import FINE, Refusal

CHANGE = "department.change"
bp = APIBlueprint("departments_pages", __name__, enable_openapi=False, url_prefix="/departments")
bp.before_request(language.switch)
KINDS = {"component": msg("Components"), "matter": msg("Matters")}
Facts = Mapping[str, Any]
Group = tuple[str, str, str, str]  # kind, name, English name, first digits


@bp.get("")
@needs("map.read")
def departments_page() -> Response:
    """The departments with their contacts."""
    return _all()


def _all(refusal: Refusal = FINE) -> Response:
    found = lookup.departments(db())
    page = render_template(
        "departments.html",
        departments=found,
        staff=lookup.staff(db(), [one.id for one in found], clock.now()),
        visible={one.id for one in found if _sees(one.id)},
        changes=may(CHANGE),
        refusal=refusal,
        typed=request.form,
    )
    return make_response(page, refusal.status)


def _sees(department_id: int) -> bool:
    return may(READ, Scope(None, frozenset({department_id})))


@bp.post("")
@needs(CHANGE)
def make() -> AnyResponse:
    """A department nobody belongs to yet."""
    actor, code = check(CHANGE).name, typed.text("code")
    refusal = typed.attempt("make", lambda: departments.make(db(), code, _facts(), actor=actor))
    return _all(refusal) if refusal.form else redirect(url_for("departments_pages.department_page", code=code), 303)


def _facts() -> dict[str, str]:
    return {name: typed.text(name) for name in departments.FIELDS}


@bp.get("/<code>")
@needs("map.read")
def department_page(code: str) -> Response:
    """One department."""
    return _one(code)


def _one(code: str, refusal: Refusal = FINE) -> Response:
    department = lookup.department(db(), code)
    owned = set(owning.owned(db(), department.id))
    page = render_template(
        "department.html",
        department=department,
        staff=lookup.staff(db(), [department.id], clock.now()).get(department.id, []),
        sees=_sees(department.id),
        changes=may(CHANGE) and department.closed_at is None,
        owned=owned,
        groups=_groups(categories.all_of_them(db()), owned),
        kinds=KINDS,
        version=version(departments.TOPIC, code),
        refusal=refusal,
        typed=request.form,
        done=request.args.get("done", ""),
    )
    return make_response(page, refusal.status)


def _groups(every: Iterable[Facts], owned: set[CategoryKey]) -> Mapping[str, Mapping[Group, list[tuple[str, Facts, bool]]]]:
    """Categories by standard, then by kind and group: the form's word for each, its facts, whether it is owned."""
    found: dict[str, dict[Group, list[tuple[str, Facts, bool]]]] = {}
    for one in every:
        key = CategoryKey(one["standard_ref"], one["kind"], one["code"])
        group = (one["kind"], one["group_zh"], one["group_en"] or one["group_zh"], one["code"][:2])
        found.setdefault(key.standard_ref, {}).setdefault(group, []).append((_word(key), one, key in owned))
    return found


def _word(key: CategoryKey) -> str:
    """A category as the form names it; standards' names hold spaces, so they stand last."""
    return f"{key.kind} {key.code} {key.standard_ref}"


def _key(word: str) -> CategoryKey:
    kind, code, standard = (*word.split(" ", 2), "", "", "")[:3]
    return CategoryKey(standard, kind, code)


def _do(code: str, form: str, deed: Callable[[], object]) -> AnyResponse:
    """Do it to the department as it was seen, and come back to it; or show it with what is wrong."""

    def seen() -> None:
        departments.locked(db(), code)
        typed.unchanged(departments.TOPIC, code)
        deed()

    refusal = typed.attempt(form, seen)
    return (
        _one(code, refusal) if refusal.form else redirect(url_for("departments_pages.department_page", code=code, done=form), 303)
    )


@bp.post("/<code>/change")
@needs(CHANGE)
def change(code: str) -> AnyResponse:
    """Its names and contacts."""
    actor = check(CHANGE).name
    return _do(code, "change", lambda: departments.change(db(), code, _facts(), actor=actor))


@bp.post("/<code>/categories")
@needs(CHANGE)
def own(code: str) -> AnyResponse:
    """The categories that are ticked, and no others."""
    actor, keys = check(CHANGE).name, [_key(word) for word in request.form.getlist("categories")]
    return _do(code, "own", lambda: owning.own(db(), code, keys, actor=actor))


@bp.post("/<code>/people")
@needs(CHANGE)
def bring_in(code: str) -> AnyResponse:
    """Somebody more."""
    actor = check(CHANGE).name

    def deed() -> None:
        departments.bring_in(
            db(),
            code,
            typed.text("ref"),
            leader=typed.ticked("leader"),
            since=typed.moment("since"),
            until=typed.moment("until"),
            reason=typed.text("reason"),
            actor=actor,
        )

    return _do(code, "join", deed)


@bp.post("/<code>/people/<int(max=2147483647):place_id>/end")
@needs(CHANGE)
def take_out(code: str, place_id: int) -> AnyResponse:
    """Somebody less."""
    actor = check(CHANGE).name

    def deed() -> None:
        if lookup.department_of_place(db(), place_id) != lookup.department(db(), code).id:
            raise NotFound(msg("Nobody has this place in a department"))
        departments.take_out(db(), place_id, at=typed.moment("at"), reason=typed.text("reason"), actor=actor)

    return _do(code, f"out-{place_id}", deed)


@bp.post("/<code>/close")
@needs(CHANGE)
def close(code: str) -> AnyResponse:
    """Close it for good."""
    actor = check(CHANGE).name
    return _do(code, "close", lambda: departments.close(db(), code, reason=typed.needed("reason"), actor=actor))
