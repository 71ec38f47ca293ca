from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0007_attachment_characters")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("indexed_seq", models.F("last_seq")), _negated=True),
                fields=["conversation", "id", "indexed_seq", "last_seq"],
                name="message_due",
            ),
        ),
    ]
