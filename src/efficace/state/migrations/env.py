"""Runs the migrations on the connection that ``migrate`` hands over, within its transaction."""

from alembic import context

from efficace.state.schema import Record

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Record.metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
