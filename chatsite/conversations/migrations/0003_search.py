from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# See search_table.py. It begins empty: what there is to be found gets into it once the site runs (search_index.py).
TABLE = "conversations_search"
CREATE = {
    # `ascii`: what the splitter has made is only to be told apart by its spaces. detail=none: who has it, not where.
    "sqlite": [
        f"CREATE VIRTUAL TABLE {TABLE} USING fts5"
        "(keys, content='', contentless_delete=1, detail=none, tokenize='ascii')"
    ],
    "postgresql": [
        f"CREATE TABLE {TABLE} (rowid bigint PRIMARY KEY, owner_id uuid NOT NULL, keys tsvector NOT NULL)",
        f"CREATE INDEX search_owner ON {TABLE} (owner_id, rowid)",
        # fastupdate: a list of what is not sorted in yet would be read by every query.
        f"CREATE INDEX search_keys ON {TABLE} USING gin (keys) WITH (fastupdate = off)",
    ],
}


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute(f"DROP TABLE {TABLE}")


class Migration(migrations.Migration):
    dependencies = [("conversations", "0002_the_page_people_prefer")]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="document",
            field=models.BigIntegerField(db_index=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="conversation",
            name="indexed_title",
            field=models.CharField(blank=True, editable=False, max_length=200),
        ),
        migrations.AddField(
            model_name="message",
            name="document",
            field=models.BigIntegerField(db_index=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="indexed_seq",
            field=models.IntegerField(default=-1, editable=False),
        ),
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("title", models.F("indexed_title")), _negated=True),
                fields=["owner"],
                name="conversation_unindexed",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("indexed_seq", models.F("last_seq")), _negated=True),
                fields=["id"],
                name="message_unindexed",
            ),
        ),
        migrations.RunPython(create, drop),
    ]
