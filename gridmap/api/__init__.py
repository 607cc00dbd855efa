"""The API's door: parse, call one verb, render. Machines and our own map come in here.

`install(app)` registers every blueprint; each module serves one noun.
"""

from apiflask import APIFlask

from gridmap.api.accounts import bp as accounts_bp
from gridmap.api.action_forms import bp as action_forms_bp
from gridmap.api.actions import bp as actions_bp
from gridmap.api.advice import bp as advice_bp
from gridmap.api.alerts import bp as alerts_bp
from gridmap.api.attention import bp as attention_bp
from gridmap.api.batch import bp as batch_bp
from gridmap.api.bulk import bp as bulk_bp
from gridmap.api.cases import bp as cases_bp
from gridmap.api.departments import bp as departments_bp
from gridmap.api.evidence import bp as evidence_bp
from gridmap.api.grid_cards import bp as grid_cards_bp
from gridmap.api.grid_files import bp as grid_files_bp
from gridmap.api.grids import bp as grids_bp
from gridmap.api.households import bp as households_bp
from gridmap.api.inbox import bp as inbox_bp
from gridmap.api.keys import bp as keys_bp
from gridmap.api.live import bp as live_bp
from gridmap.api.own import bp as own_bp
from gridmap.api.people import bp as people_bp
from gridmap.api.places import bp as places_bp
from gridmap.api.plan_drawing import bp as plan_drawing_bp
from gridmap.api.plan_heads import bp as plan_heads_bp
from gridmap.api.plan_import import bp as plan_import_bp
from gridmap.api.plan_publishing import bp as plan_publishing_bp
from gridmap.api.plan_reading import bp as plan_reading_bp
from gridmap.api.plan_renewing import bp as plan_renewing_bp
from gridmap.api.plan_sharing import bp as plan_sharing_bp
from gridmap.api.plan_talk import bp as plan_talk_bp
from gridmap.api.plans import bp as plans_bp
from gridmap.api.posts import bp as posts_bp
from gridmap.api.publications import bp as publications_bp
from gridmap.api.queues import bp as queues_bp
from gridmap.api.ratings import bp as ratings_bp
from gridmap.api.reports import bp as reports_bp
from gridmap.api.rosters import bp as rosters_bp
from gridmap.api.routes import bp as routes_bp
from gridmap.api.saved_filters import bp as saved_filters_bp
from gridmap.api.search import bp as search_bp
from gridmap.api.status import bp as status_bp
from gridmap.api.tasks import bp as tasks_bp
from gridmap.api.teams import bp as teams_bp
from gridmap.api.tiles import bp as tiles_bp
from gridmap.api.zones import bp as zones_bp

_BLUEPRINTS = (
    alerts_bp,
    actions_bp,
    action_forms_bp,
    advice_bp,
    bulk_bp,
    attention_bp,
    saved_filters_bp,
    evidence_bp,
    ratings_bp,
    tasks_bp,
    batch_bp,
    routes_bp,
    grids_bp,
    zones_bp,
    grid_cards_bp,
    grid_files_bp,
    households_bp,
    publications_bp,
    cases_bp,
    queues_bp,
    places_bp,
    search_bp,
    inbox_bp,
    live_bp,
    tiles_bp,
    status_bp,
)

_PLANS = (
    plans_bp,
    plan_drawing_bp,
    plan_import_bp,
    plan_heads_bp,
    plan_publishing_bp,
    plan_reading_bp,
    plan_sharing_bp,
    plan_renewing_bp,
    plan_talk_bp,
)
_ACCESS = (own_bp, accounts_bp, keys_bp)
_STAFF = (teams_bp, people_bp, posts_bp, rosters_bp, departments_bp, reports_bp)


def install(app: APIFlask) -> None:
    """Register the API on `app`."""
    for blueprint in (*_BLUEPRINTS, *_PLANS, *_STAFF, *_ACCESS):
        app.register_blueprint(blueprint)
