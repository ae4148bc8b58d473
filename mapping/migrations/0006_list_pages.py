from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Concat, Lower

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


class Migration(migrations.Migration):
    dependencies = [("mapping", "0005_all_kinds")]

    operations = [
        migrations.AddField(
            model_name="remoteitem",
            name="searched",
            field=models.GeneratedField(db_persist=True, expression=SEARCHED, output_field=models.TextField()),
        ),
        migrations.AddIndex(
            model_name="remoteitem",
            index=models.Index("connection", "resource", Lower("name"), "id", name="remote_item_in_order"),
        ),
        migrations.AddIndex(
            model_name="remoteitem",
            index=models.Index("connection", "resource", "code", "name", "id", name="remote_item_by_code"),
        ),
        migrations.AddIndex(
            model_name="remoteitem",
            index=models.Index(
                condition=models.Q(("is_active", False)),
                fields=["connection", "resource"],
                name="remote_item_inactive",
            ),
        ),
        migrations.AddIndex(
            model_name="suggestedpair",
            index=models.Index(fields=["tenant", "kind", "right_connection", "right_id"], name="suggestion_by_right"),
        ),
        migrations.AddIndex(
            model_name="suggestedpair",
            index=models.Index(fields=["tenant", "kind", "-score", "id"], name="suggestion_by_score"),
        ),
        migrations.AddIndex(
            model_name="link",
            index=models.Index(fields=["tenant", "at", "id"], name="link_by_time"),
        ),
    ]
