from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Made while the table is read and written. A build that was broken off leaves an invalid index: drop it first."""

    atomic = False
    dependencies = [("mapping", "0014_run_rows_in_order")]

    operations = [
        AddIndexConcurrently(
            model_name="remoteitem",
            index=models.Index(
                fields=["tenant", "connection", "resource"],
                include=("id", "remote_id", "is_active", "parent_id", "subtype", "searched"),
                name="remote_item_searched",
            ),
        ),
    ]
