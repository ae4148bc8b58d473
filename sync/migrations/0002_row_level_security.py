from django.db import migrations

from smoothx.tenants.rls import protect


class Migration(migrations.Migration):
    dependencies = [("sync", "0001_initial")]
    operations = [
        protect(
            "sync_flowsetting",
            "sync_entry",
            "sync_waitingfor",
            "sync_outgoing",
            "sync_attempt",
            "sync_event",
            "sync_openingbalance",
            "sync_openingrun",
        )
    ]
