from django.db import migrations

from crm.trigram import trigram_index


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_initial")]
    operations = [trigram_index("accounts_account"), trigram_index("accounts_contact")]
