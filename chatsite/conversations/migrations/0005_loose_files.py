from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_running_messages")]

    operations = [
        migrations.CreateModel(
            name="LooseFile",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("since", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
