from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sync", "0005_activity_indexes")]

    operations = [migrations.AlterModelOptions(name="entry", options={"verbose_name_plural": "entries"})]
