"""Substring search at size: on PostgreSQL a trigram index over `search_text`; SQLite scans, which is fine for its sizes."""

from django.db import migrations, transaction
from django.db.utils import DatabaseError


def trigram_index(table):
    """A migration operation. Where the extension may not be created, search still works, only slower."""

    def create(apps, schema_editor):
        if schema_editor.connection.vendor != "postgresql":
            return
        try:
            with transaction.atomic(using=schema_editor.connection.alias):
                schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
                schema_editor.execute(f"CREATE INDEX {table}_trgm ON {table} USING gin (search_text gin_trgm_ops)")
        except DatabaseError:
            return

    def drop(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {table}_trgm")

    return migrations.RunPython(create, drop)
