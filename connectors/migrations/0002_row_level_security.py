from django.db import migrations

from smoothx.tenants.rls import protect


class Migration(migrations.Migration):
    dependencies = [("connectors", "0001_initial")]
    operations = [
        protect(
            "connectors_connection",
            "connectors_call",
            "connectors_cursor",
        )
    ]
