"""What Alembic runs: always on the connection that `migrate.upgrade` hands over, inside its transaction."""

from alembic import context

from forecourt.db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
