"""Alembic's entry: runs on the connection that `db/migrate.py` hands over."""

from typing import Any, Literal

from alembic import context

from db.types import EnumText, Instant, Json

configuration = context.config.attributes


def render_type(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    """Our column types as migrations spell them."""
    if kind == "type" and isinstance(value, EnumText):
        return "sa.Text()"
    if kind == "type" and isinstance(value, Instant | Json):
        return f"db.types.{type(value).__name__}()"
    return False


context.configure(
    connection=configuration["connection"],
    target_metadata=configuration.get("metadata"),
    include_name=lambda name, kind, _parents: (
        kind != "table"
        or configuration.get("metadata") is None
        or name in configuration["metadata"].tables
    ),
    render_as_batch=False,
    render_item=render_type,
)
with context.begin_transaction():
    context.run_migrations()
