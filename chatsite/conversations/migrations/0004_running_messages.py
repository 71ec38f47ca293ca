from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0003_search")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("status", "in_progress")), fields=["conversation"], name="message_running"
            ),
        ),
    ]
