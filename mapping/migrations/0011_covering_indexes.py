from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Concat, Lower
from django.db.models.lookups import LessThanOrEqual

SEARCHED = Lower(
    Concat(
        "name",
        models.Value(" "),
        "code",
        models.Value(" "),
        "email",
        models.Value(" "),
        "phone",
        models.Value(" "),
        KeyTextTransform("full_name", "data"),
        output_field=models.TextField(),
    )
)
LENGTH = models.Func(SEARCHED, function="octet_length", output_field=models.IntegerField())
SEARCHED_OR_NULL = models.Case(
    models.When(LessThanOrEqual(LENGTH, 900), then=SEARCHED),
    default=models.Value(None),
    output_field=models.TextField(),
)


class Migration(migrations.Migration):
    """A generated column cannot be altered, so `searched` is made anew. The table is written twice."""

    dependencies = [
        ("connectors", "0002_row_level_security"),
        ("mapping", "0010_run_rows_by_state"),
        ("tenants", "0002_row_level_security"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="remoteitem", name="remote_item_in_order"),
        migrations.RemoveIndex(model_name="remoteitem", name="remote_item_by_code"),
        migrations.RemoveIndex(model_name="link", name="link_by_left"),
        migrations.RemoveField(model_name="remoteitem", name="searched"),
        migrations.AddField(
            model_name="remoteitem",
            name="sort_name",
            field=models.GeneratedField(db_persist=True, expression=Lower("name"), output_field=models.TextField()),
        ),
        migrations.AddField(
            model_name="remoteitem",
            name="searched",
            field=models.GeneratedField(db_persist=True, expression=SEARCHED_OR_NULL, output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name="remoteitem",
            index=models.Index(
                fields=["tenant", "connection", "resource", "sort_name", "id"],
                include=("remote_id", "is_active", "parent_id", "subtype", "searched"),
                name="remote_item_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="remoteitem",
            index=models.Index(
                fields=["tenant", "connection", "resource", "code", "name", "id"],
                include=("remote_id", "is_active", "parent_id"),
                name="remote_item_by_code",
            ),
        ),
        migrations.AddIndex(
            model_name="remoteitem",
            index=models.Index(
                condition=models.Q(("searched", None)), fields=["tenant", "resource"], name="remote_item_long"
            ),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(
                fields=["tenant", "kind", "left_connection", "left_id"],
                include=("right_connection", "right_id"),
                name="link_by_left",
            ),
        ),
        migrations.AddField(
            model_name="countedfacts",
            name="pairs",
            field=ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
        migrations.AddField(
            model_name="countedfacts",
            name="rows",
            field=ArrayField(base_field=models.BigIntegerField(), null=True, size=None),
        ),
    ]
