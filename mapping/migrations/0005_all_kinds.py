"""Every kind of mapping: history, imports and pushes of many, rows left out, links that are unique across kinds."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from smoothx.tenants.rls import protect

# Rows are hidden from their owner too; the groups are the same for every tenant.
FILL_GROUPS = """
ALTER TABLE mapping_link NO FORCE ROW LEVEL SECURITY;
UPDATE mapping_link SET left_group = kind,
    right_group = CASE kind WHEN 'project' THEN 'job' WHEN 'cost_code_item' THEN 'item' ELSE kind END;
ALTER TABLE mapping_link FORCE ROW LEVEL SECURITY;
"""

class Migration(migrations.Migration):

    dependencies = [
        ('connectors', '0002_row_level_security'),
        ('mapping', '0004_fewer_indexes'),
        ('tenants', '0002_row_level_security'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameModel(old_name='AutomapRun', new_name='MappingRun'),
        migrations.AlterModelOptions(name='mappingrun', options={}),
        migrations.AddField(
            model_name='mappingrun',
            name='what',
            field=models.CharField(choices=[('automap', 'Automap'), ('import', 'Import'), ('push', 'Push'), ('change', 'Change')], default='automap', max_length=10),
        ),
        migrations.AddField(
            model_name='mappingrun',
            name='side',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name='mappingrun',
            name='state',
            field=models.CharField(choices=[('preview', 'To be confirmed'), ('waiting', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Stopped')], default='done', max_length=10),
        ),
        migrations.AddField(
            model_name='mappingrun',
            name='beat_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='mappingrun',
            name='ended_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='mappingrun',
            name='done',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='mappingrun',
            name='expected',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='mappingrun',
            name='message',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AddField(
            model_name='mappingrun',
            name='options',
            field=models.JSONField(default=dict),
        ),
        migrations.CreateModel(
            name='LeftOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('section', models.CharField(max_length=40)),
                ('remote_id', models.CharField(max_length=120)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='LinkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('linked', 'Linked'), ('unlinked', 'Unlinked')], max_length=10)),
                ('kind', models.CharField(max_length=40)),
                ('left_id', models.CharField(max_length=120)),
                ('left_name', models.CharField(max_length=500)),
                ('right_id', models.CharField(max_length=60)),
                ('right_name', models.CharField(max_length=500)),
                ('chosen_by', models.CharField(choices=[('hand', 'By hand'), ('automap', 'Automap'), ('push', 'Pushed'), ('flow', 'Synced'), ('import', 'Imported')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='RefreshChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('added', 'New'), ('renamed', 'Renamed'), ('inactivated', 'Inactive'), ('merged', 'Merged')], max_length=12)),
                ('resource', models.CharField(max_length=60)),
                ('remote_id', models.CharField(max_length=120)),
                ('name', models.CharField(max_length=500)),
                ('old_name', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='RunRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('label', models.CharField(max_length=500)),
                ('verdict', models.CharField(max_length=20)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('is_chosen', models.BooleanField(default=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('done', 'Done'), ('failed', 'Not done'), ('left_out', 'Left out')], default='waiting', max_length=10)),
                ('kind', models.CharField(blank=True, max_length=40)),
                ('left_id', models.CharField(blank=True, max_length=120)),
                ('right_id', models.CharField(blank=True, max_length=60)),
                ('data', models.JSONField(default=dict)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='link',
            name='one_link_per_left',
        ),
        migrations.RemoveConstraint(
            model_name='link',
            name='one_link_per_exclusive_right',
        ),
        migrations.AddField(
            model_name='link',
            name='left_group',
            field=models.CharField(default='', editable=False, max_length=40),
        ),
        migrations.AddField(
            model_name='link',
            name='right_group',
            field=models.CharField(default='', editable=False, max_length=40),
        ),
        migrations.AddField(
            model_name='refresh',
            name='merged',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='remoteitem',
            name='merged_into',
            field=models.CharField(blank=True, db_default='', max_length=120),
        ),
        migrations.AddField(
            model_name='suggestedpair',
            name='band',
            field=models.CharField(default='unsure', max_length=10),
        ),
        migrations.AlterField(
            model_name='link',
            name='chosen_by',
            field=models.CharField(choices=[('hand', 'By hand'), ('automap', 'Automap'), ('push', 'Pushed'), ('flow', 'Synced'), ('import', 'Imported')], max_length=10),
        ),
        migrations.AlterField(
            model_name='link',
            name='exclusive_right',
            field=models.CharField(editable=False, max_length=60, null=True),
        ),
        migrations.AddField(
            model_name='leftout',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='leftout',
            name='connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connectors.connection'),
        ),
        migrations.AddField(
            model_name='leftout',
            name='tenant',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='linkchange',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='linkchange',
            name='left_connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connectors.connection'),
        ),
        migrations.AddField(
            model_name='linkchange',
            name='right_connection',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='connectors.connection'),
        ),
        migrations.AddField(
            model_name='linkchange',
            name='tenant',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='linkchange',
            name='undid',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='mapping.linkchange'),
        ),
        migrations.AddField(
            model_name='linkchange',
            name='run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='changes', to='mapping.mappingrun'),
        ),
        migrations.RunSQL(FILL_GROUPS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='link',
            index=models.Index(fields=['tenant', 'kind', 'left_connection', 'left_id'], name='link_by_left'),
        ),
        migrations.AddIndex(
            model_name='link',
            index=models.Index(fields=['tenant', 'kind', 'right_connection', 'right_id'], name='link_by_right'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(fields=('tenant', 'left_group', 'left_connection', 'left_id'), name='one_link_per_left'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(fields=('tenant', 'right_group', 'right_connection', 'exclusive_right'), name='one_link_per_exclusive_right'),
        ),
        migrations.AddField(
            model_name='refreshchange',
            name='refresh',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='mapping.refresh'),
        ),
        migrations.AddField(
            model_name='refreshchange',
            name='tenant',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant'),
        ),
        migrations.AddField(
            model_name='runrow',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='mapping.mappingrun'),
        ),
        migrations.AddField(
            model_name='runrow',
            name='tenant',
            field=models.ForeignKey(editable=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenants.tenant'),
        ),
        migrations.AddConstraint(
            model_name='leftout',
            constraint=models.UniqueConstraint(fields=('tenant', 'section', 'connection', 'remote_id'), name='one_leaving_out_per_row'),
        ),
        migrations.AddIndex(
            model_name='mappingrun',
            index=models.Index(fields=['tenant', 'section', 'what', '-at'], name='mapping_run_latest'),
        ),
        migrations.AddIndex(
            model_name='linkchange',
            index=models.Index(fields=['tenant', 'kind', '-at'], name='link_change_by_kind'),
        ),
        migrations.AddIndex(
            model_name='linkchange',
            index=models.Index(fields=['tenant', 'kind', 'left_id', '-at'], name='link_change_by_left'),
        ),
        migrations.AddConstraint(
            model_name='runrow',
            constraint=models.UniqueConstraint(fields=('run', 'number'), name='one_number_per_run_row'),
        ),
        protect(
            "mapping_runrow",
            "mapping_linkchange",
            "mapping_leftout",
            "mapping_refreshchange",
        ),
    ]
