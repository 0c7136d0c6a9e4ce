"""What Alembic runs: the scripts, on the connection that it was given."""

from alembic import context

from ontopilot.orchestrator.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=False,
)
context.run_migrations()
