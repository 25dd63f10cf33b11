"""Every migration walks up and down, and the models are what the migrations build."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, select, text

import roadmap.models_all  # noqa: F401
from roadmap.db import Base, Database
from roadmap.history.seal import verify
from roadmap.history.service import record
from roadmap.migrate import alembic_config, downgrade, upgrade
from roadmap.readiness.models import ChecklistTemplate, TemplateItem
from roadmap.requirements.models import Requirement
from tests.history.test_history import make_requirement

# What people have who installed the product before its schema first grew.
FIRST = "20261122_1620"


def test_every_migration_walks_down_and_up_again(database_url: str) -> None:
    database = Database(database_url)
    downgrade(database, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    upgrade(database)
    command.check(alembic_config(database))
    database.dispose()


def test_the_models_are_what_the_migrations_build(database_url: str) -> None:
    database = Database(database_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: (
                    kind == "column" or not (name or "").startswith("search_")
                )
            },
        )
        assert compare_metadata(context, Base.metadata) == []
    database.dispose()


def test_what_was_told_before_the_schema_grew_still_verifies(database_url: str) -> None:
    database = Database(database_url)
    with database.writing() as session:
        make_requirement(session)
        # An older database could not hold these: nobody had told them yet.
        for item in session.scalars(select(TemplateItem)):
            item.standing = False
        for template in session.scalars(select(ChecklistTemplate)):
            record(session, None, template, "template.version_stored")
    # Walking down drops the later columns; what comes back holds what the migrations give.
    downgrade(database, FIRST)
    upgrade(database)
    with database.writing() as session:
        requirement = session.get_one(Requirement, 1)
        assert list(verify(session, "only for tests", None)) == []
        requirement.paused_seconds = 60
        record(session, None, requirement, "requirement.edited")
    with database.writing() as session:
        assert list(verify(session, "only for tests", None)) == []
        session.execute(text("UPDATE requirement SET paused_seconds = 0"))
    with database.reading() as session:
        faults = [fault.message for fault in verify(session, "only for tests", None)]
    assert faults == ["requirement 1 is not what its last event says"]
    database.dispose()
