from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mapping", "0011_covering_indexes")]

    operations = [
        migrations.AlterField(
            model_name="defaultchoice",
            name="value",
            field=models.CharField(max_length=2000),
        ),
    ]
