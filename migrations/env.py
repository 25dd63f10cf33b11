"""Alembic's environment: one connection, from the running application's engine."""

from typing import Any, Literal

from alembic import context

import roadmap.models_all  # noqa: F401  every table must be known for autogenerate
from roadmap.db import Base, JsonValue, Moment


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write our own column types as what they are, so that old migrations never import the code."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item is JsonValue:
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    """Run the migrations in one transaction."""
    engine = context.config.attributes["engine"].execution_options(write=True)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            include_object=_ours,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Leave the search index's own tables and indexes to their migration."""
    return not (kind in {"table", "index"} and name is not None and name.startswith("search_"))


run()
