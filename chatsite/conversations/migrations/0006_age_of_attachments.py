from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0005_loose_files")]

    operations = [
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["created", "id"], name="attachment_age"),
        ),
    ]
