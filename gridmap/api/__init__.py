"""The API's door: parse, call one verb, render. Machines and our own map come in here.

`install(app)` registers every blueprint; each module serves one noun.
"""

from apiflask import APIFlask

from gridmap.api import alerts, batch, cases, grids, live, places, routes, search, status, tiles


def install(app: APIFlask) -> None:
    """Register the API on `app`."""
    for module in (alerts, batch, routes, grids, cases, places, search, live, tiles, status):
        app.register_blueprint(module.bp)
