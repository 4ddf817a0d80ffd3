"""A fresh installation has a pipeline to put the first deal into; where there is one already, nothing happens."""

from django.db import migrations

STAGES = (("Qualified", 20, 14), ("Demo", 40, 14), ("Proposal", 60, 21), ("Negotiation", 80, 14))


def add_pipeline(apps, schema_editor):
    Pipeline, Stage = apps.get_model("leads", "Pipeline"), apps.get_model("leads", "Stage")
    if Pipeline.objects.exists():
        return
    pipeline = Pipeline.objects.create(name="Sales", is_default=True)
    Stage.objects.bulk_create(
        Stage(pipeline=pipeline, name=name, position=position, probability=probability, usual_days=days)
        for position, (name, probability, days) in enumerate(STAGES, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_search_indexes")]

    operations = [migrations.RunPython(add_pipeline, migrations.RunPython.noop)]
