from django.db import migrations

from smoothx.tenants.rls import protect


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial")]
    operations = [
        protect(
            "tenants_auditentry",
        )
    ]
