from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.policy import PolicyQuerySet


class Notification(models.Model):
    """A line for one person about one event; the text is rendered when read, in the reader's language."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    event = models.ForeignKey("crm.Event", on_delete=models.CASCADE, related_name="notifications")
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [models.Index(fields=["user", "-id"], name="crm_notification_user")]
        constraints = [models.UniqueConstraint(fields=["user", "event"], name="crm_notification_once")]

    def __str__(self):
        return f"{self.user_id} {self.event_id}"
