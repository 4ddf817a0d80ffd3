from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crm.models.imports import Imported
from crm.policy import PolicyQuerySet


class Pipeline(Imported):
    name = models.CharField(_("name"), max_length=80, unique=True)
    is_default = models.BooleanField(_("default"), default=False)

    objects = PolicyQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("pipeline")
        verbose_name_plural = _("pipelines")
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="leads_pipeline_one_default"
            )
        ]

    def __str__(self):
        return self.name


class Stage(Imported):
    """A step of a pipeline: how likely a deal here is won (percent), and how many days one usually stays."""

    pipeline = models.ForeignKey("leads.Pipeline", on_delete=models.CASCADE, related_name="stages")
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"))
    probability = models.PositiveSmallIntegerField(_("probability (%)"), default=50)
    usual_days = models.PositiveSmallIntegerField(_("usual days"), default=14)

    objects = PolicyQuerySet.as_manager()

    class Meta(Imported.Meta):
        verbose_name = _("deal stage")
        verbose_name_plural = _("deal stages")
        ordering = ["pipeline", "position"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "position"], name="leads_stage_position_once"),
            models.UniqueConstraint(fields=["pipeline", "name"], name="leads_stage_name_once"),
            models.CheckConstraint(name="leads_stage_probability", condition=Q(probability__range=(0, 100))),
        ]

    def __str__(self):
        return self.name
