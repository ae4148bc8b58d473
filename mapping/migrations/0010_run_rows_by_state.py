from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mapping", "0009_books_evidence")]

    operations = [
        migrations.AddIndex(
            model_name="runrow",
            index=models.Index(fields=["run", "state", "number"], name="run_row_by_state"),
        ),
    ]
