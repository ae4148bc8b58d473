import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from smoothx.tenants.rls import protect


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0003_settings_versions"),
        ("tenants", "0002_row_level_security"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PayrollFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("undone_at", models.DateTimeField(null=True)),
                ("facts", models.JSONField(default=dict)),
                (
                    "started_by",
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
        migrations.CreateModel(
            name="PayrollRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("key", models.CharField(blank=True, max_length=36)),
                ("group", models.CharField(blank=True, max_length=36)),
                ("employee", models.CharField(blank=True, max_length=300)),
                ("worked_on", models.DateField(null=True)),
                ("project", models.CharField(blank=True, max_length=300)),
                ("project_id", models.CharField(blank=True, max_length=40)),
                ("code", models.CharField(blank=True, max_length=300)),
                ("pay_type", models.CharField(blank=True, max_length=100)),
                ("hours", models.DecimalField(decimal_places=4, max_digits=12, null=True)),
                ("rate", models.DecimalField(decimal_places=6, max_digits=18, null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=18, null=True)),
                ("memo", models.CharField(blank=True, max_length=500)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("new", "New"),
                            ("changes", "Changes an earlier row"),
                            ("removes", "Takes an earlier row away"),
                            ("same", "There already"),
                            ("refused", "Cannot be taken"),
                        ],
                        default="refused",
                        max_length=10,
                    ),
                ),
                ("reasons", models.JSONField(default=list)),
                ("is_doubtful", models.BooleanField(default=False)),
                ("taken_at", models.DateTimeField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="sync.payrollfile"
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
        migrations.AddIndex(
            model_name="payrollfile",
            index=models.Index(fields=["tenant", "-at"], name="payroll_file_by_time"),
        ),
        migrations.AddIndex(
            model_name="payrollrow",
            index=models.Index(
                condition=models.Q(("taken_at__isnull", False)), fields=["tenant", "group"], name="payroll_row_taken"
            ),
        ),
        migrations.AddConstraint(
            model_name="payrollrow",
            constraint=models.UniqueConstraint(fields=("file", "number"), name="one_payroll_row_per_number"),
        ),
        protect("sync_payrollfile", "sync_payrollrow"),
    ]
