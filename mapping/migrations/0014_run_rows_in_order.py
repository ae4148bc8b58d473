from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mapping", "0013_link_by_left_holds_chosen_by")]

    operations = [
        migrations.AddIndex(
            model_name="runrow",
            index=models.Index(
                fields=["tenant", "run", "number"],
                include=("id", "verdict", "state", "is_chosen"),
                name="run_row_in_order",
            ),
        ),
    ]
