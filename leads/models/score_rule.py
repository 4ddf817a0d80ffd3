from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.policy import PolicyQuerySet


class ScoreRule(models.Model):
    """Points for a lead on which `field` `operator` `value` holds. The score is their sum, held between 0 and 100."""

    class Field(models.TextChoices):
        SOURCE = "source", _("source (key)")
        COUNTRY = "country", _("country")
        TITLE = "title", _("job title")
        EMAIL = "email", _("e-mail")
        COMPANY = "company_name", _("company")
        EMPLOYEES = "employees", _("employees")
        VALUE = "value", _("value (whole units)")
        PRODUCT = "product", _("product interest (name)")
        ACTIVITIES = "activities", _("number of activities")

    class Operator(models.TextChoices):
        IS = "is", _("is")
        CONTAINS = "contains", _("contains")
        AT_LEAST = "at_least", _("is at least")
        AT_MOST = "at_most", _("is at most")
        KNOWN = "known", _("is known")

    field = models.CharField(_("field"), max_length=20, choices=Field.choices)
    operator = models.CharField(_("operator"), max_length=10, choices=Operator.choices)
    value = models.CharField(_("value"), max_length=120, blank=True)
    points = models.SmallIntegerField(_("points"))
    label = models.CharField(_("reason shown"), max_length=120)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("score rule")
        verbose_name_plural = _("score rules")
        ordering = ["-points", "pk"]
        constraints = [
            models.CheckConstraint(name="leads_scorerule_points", condition=models.Q(points__range=(-100, 100)))
        ]

    def __str__(self):
        return self.label
