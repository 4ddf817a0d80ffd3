from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self):
        from crm import policy_table, schema  # noqa: F401  they register what needs the models

        autodiscover_modules("policy", "handlers", "panels")
