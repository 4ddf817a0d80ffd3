"""The Celery application: the wake-up call. What has to be done stands in the database (see crm/tasks.py)."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("tallyard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**kwargs):
    """Being connected is enough: Celery then leaves the logging of settings.LOGGING alone."""
