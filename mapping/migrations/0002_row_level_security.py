from django.db import migrations

from smoothx.tenants.rls import protect


class Migration(migrations.Migration):
    dependencies = [("mapping", "0001_initial")]
    operations = [
        protect(
            "mapping_remoteitem",
            "mapping_automaprun",
            "mapping_link",
            "mapping_defaultchoice",
            "mapping_refresh",
        )
    ]
