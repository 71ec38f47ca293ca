from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models.functions import Length


def count(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    attachments = apps.get_model("conversations", "Attachment").objects
    attachments.exclude(text="").update(characters=Length("text"))


class Migration(migrations.Migration):
    dependencies = [("conversations", "0006_age_of_attachments")]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="characters",
            field=models.PositiveIntegerField(default=0),
        ),
        # On SQLite this makes it the last of the columns; elsewhere it does nothing.
        migrations.AlterField(
            model_name="attachment",
            name="text",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
