"""The Celery application: the wake-up call. What has to be done stands in the database (see crm/tasks.py)."""

import os

import structlog
from celery import Celery
from celery.signals import setup_logging, task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

app = Celery("tallyard")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_django_logging(**kwargs):
    """Being connected is enough: Celery then leaves the logging of settings.LOGGING alone."""


@task_prerun.connect
def name_task_in_logs(task_id, task, **kwargs):
    structlog.contextvars.bind_contextvars(task_id=task_id, task_name=task.name)


@task_postrun.connect
def forget_task_in_logs(**kwargs):
    structlog.contextvars.unbind_contextvars("task_id", "task_name")
