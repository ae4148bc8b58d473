from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mapping", "0007_counted_facts")]

    operations = [
        migrations.AddField("refresh", "beat_at", models.DateTimeField(null=True, blank=True)),
        migrations.AlterModelOptions("refreshchange", options={}),
        # A page of changes is read by reading and sort, in order of name.
        migrations.AddIndex(
            "refreshchange",
            models.Index(fields=["refresh", "what", "name"], name="refresh_change_in_order"),
        ),
    ]
