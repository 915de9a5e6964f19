"""Alembic runs this file to learn which database to change; `store.up_to_date` hands it the connection."""

from alembic import context

from botyard.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter most of a table; Alembic then makes a new one and copies
)
with context.begin_transaction():
    context.run_migrations()
