from django.db import migrations

from crm.trigram import trigram_index


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]
    operations = [trigram_index("leads_lead"), trigram_index("leads_deal"), trigram_index("leads_task")]
