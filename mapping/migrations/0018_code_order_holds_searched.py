from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Made while the table is read and written. A build that was broken off leaves an invalid index: drop it first."""

    atomic = False
    dependencies = [("mapping", "0017_connections_change_counts")]

    operations = [
        AddIndexConcurrently(
            model_name="remoteitem",
            index=models.Index(
                fields=["tenant", "connection", "resource", "code", "name", "id"],
                include=("remote_id", "is_active", "parent_id", "searched"),
                name="remote_item_in_code_order",
            ),
        ),
        RemoveIndexConcurrently(model_name="remoteitem", name="remote_item_by_code"),
    ]
