import django.db.models.deletion
from django.db import migrations, models

from smoothx.tenants.rls import protect


class Migration(migrations.Migration):
    dependencies = [
        ("connectors", "0001_initial"),
        ("tenants", "0001_initial"),
        ("mapping", "0008_reading_beat"),
    ]

    operations = [
        migrations.CreateModel(
            name="BooksEvidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Reading"),
                            ("done", "Done"),
                            ("failed", "Stopped"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("figures", models.JSONField(default=dict)),
                ("message", models.CharField(blank=True, max_length=300)),
                ("started_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="connectors.connection"
                    ),
                ),
                (
                    "tenant",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tenants.tenant",
                    ),
                ),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AlterModelOptions(name="refreshchange", options={}),
        protect("mapping_booksevidence"),
    ]
