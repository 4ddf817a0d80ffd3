from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self):
        from crm import policy_table  # noqa: F401  registers the rows once models exist

        autodiscover_modules("policy", "handlers", "panels")
