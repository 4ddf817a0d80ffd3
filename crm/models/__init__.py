from crm.models.apikey import ApiKey
from crm.models.company import Company, Holiday
from crm.models.event import Event
from crm.models.idempotency import IdempotencyKey
from crm.models.imports import ImportBatch
from crm.models.job import Job
from crm.models.notification import Notification
from crm.models.saved_view import SavedView

__all__ = ["ApiKey", "Company", "Event", "Holiday", "IdempotencyKey", "ImportBatch", "Job", "Notification", "SavedView"]
