"""Every migration walks up and down, and the models are what the migrations build."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

import roadmap.models_all  # noqa: F401
from roadmap.db import Base, Database
from roadmap.migrate import alembic_config, downgrade, upgrade


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
