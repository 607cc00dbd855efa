"""Alembic's environment: run by `gridmap migrate` with a connection handed over in the configuration."""

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection

import gridmap.accounts.filters
import gridmap.accounts.models
import gridmap.cases.attention
import gridmap.cases.clock_models
import gridmap.cases.judging
import gridmap.cases.loop_models
import gridmap.cases.models
import gridmap.grids.households
import gridmap.grids.models
import gridmap.journal.models
import gridmap.notices.models
import gridmap.people.models
import gridmap.places.models
import gridmap.plans.models
import gridmap.plans.presence
import gridmap.plans.sharing
from gridmap.db import Base

TABLES = set(Base.metadata.tables)


def _include(thing, name, kind, reflected, compare_to):  # type: ignore[no-untyped-def]  # alembic hands over anything
    if kind == "table" and name not in TABLES:
        return False
    return alembic_helpers.include_object(thing, name, kind, reflected, compare_to)  # type: ignore[no-untyped-call]  # it has no types


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=_include,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
