from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mapping", "0012_choices_of_many")]

    operations = [
        migrations.RemoveIndex(model_name="link", name="link_by_left"),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                fields=["tenant", "kind", "left_connection", "left_id"],
                include=("right_connection", "right_id", "chosen_by"),
                name="link_by_left",
            ),
        ),
    ]
