from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_api_keys")]

    operations = [
        migrations.AlterModelOptions(name="auditentry", options={"verbose_name_plural": "audit entries"}),
        migrations.AlterModelOptions(name="duework", options={"verbose_name_plural": "due work"}),
    ]
