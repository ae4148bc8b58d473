import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from smoothx.tenants.rls import protect


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0002_row_level_security"),
        ("tenants", "0002_row_level_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SettingsVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("begun", "As found when the history began"),
                            ("changed", "Changed"),
                            ("restored", "Restored"),
                            ("imported", "Imported"),
                        ],
                        default="changed",
                        max_length=10,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("settings", models.JSONField(default=dict)),
                ("changed", models.JSONField(default=list)),
                ("since", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
        ),
        migrations.AddConstraint(
            model_name="settingsversion",
            constraint=models.UniqueConstraint(fields=("tenant", "number"), name="one_number_per_settings_version"),
        ),
        protect("sync_settingsversion"),
    ]
