"""The pages people look at. A door: it renders, asks the maps for their shell, and never touches a table.

`install(app, settings)` is all the composition needs: language, headers, pages.
"""

from flask import Flask

from gridmap.config import Settings
from gridmap.maps import base_maps
from gridmap.web import (
    administration,
    demo,
    departments,
    inbox,
    language,
    own,
    people,
    phone,
    plans,
    provider,
    publishing,
    rating,
    rendering,
    reports,
    roster,
    security,
    shared_plans,
    sheets,
    sign_in,
    staff,
    wall,
)
from gridmap.web.pages import bp

__all__ = ["bp", "install"]


def install(app: Flask, settings: Settings) -> None:
    """Give `app` its language, its security headers and its pages (kept out of the OpenAPI document)."""
    app.config["BASE_MAPS"] = settings.base_maps
    app.config["LANGUAGE"] = settings.language
    language.speak(app, settings.language)
    security.guard(app, pictures_from=[base.origin for base in base_maps.read(settings.base_maps) if base.origin])
    rendering.furnish(app)
    demo.remember(app, settings.home)
    provider.install(app, settings)
    for blueprint in (
        bp,
        sign_in.bp,
        provider.bp,
        own.bp,
        administration.bp,
        staff.bp,
        sheets.bp,
        shared_plans.bp,
        people.bp,
        departments.bp,
        roster.bp,
        rating.bp,
        phone.bp,
        plans.bp,
        publishing.bp,
        inbox.bp,
        reports.bp,
        wall.bp,
    ):
        app.register_blueprint(blueprint)
