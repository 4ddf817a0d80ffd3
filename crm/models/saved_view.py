from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.policy import PolicyQuerySet


class SavedView(models.Model):
    """A named list query (filters, search and sort as a query string), the owner's own or shared with everybody."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    list_name = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=80)
    query = models.CharField(max_length=2000)
    is_shared = models.BooleanField(_("shared"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [models.UniqueConstraint(fields=["owner", "list_name", "name"], name="crm_saved_view_once")]

    def __str__(self):
        return self.name
