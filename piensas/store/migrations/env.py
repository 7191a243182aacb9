"""Runs the steps on the connection that `upgrade` hands over."""

from alembic import context

from piensas.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
