"""What records that somebody looks after have in common."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Owned(models.Model):
    """An owner, and the owner's team stamped beside it when the owner is set (facts keep the team of their day)."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "accounts.Team",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("team"),
        editable=False,
    )

    class Meta:
        abstract = True

    def set_owner(self, owner):
        """Assign in memory: the owner and the team they are in now. The caller saves and records the event."""
        self.owner = owner
        self.team_id = owner.team_id if owner else None


def casefolded(*parts):
    """The text that lists search in: SQLite ignores case for ASCII only, so it is folded when written."""
    return " ".join(str(part) for part in parts if part).casefold()[:1000]
