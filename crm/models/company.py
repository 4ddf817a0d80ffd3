"""The one company this installation serves, and the days it is closed."""

import time
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.periods import local_date
from crm.policy import PolicyQuerySet

MEMO_SECONDS = 5
_memo = {"company": None, "until": 0.0}


def default_hours():
    """Monday to Friday, nine to five: weekday number (0 = Monday) → list of [opens, closes]."""
    return {str(day): [["09:00", "17:00"]] for day in range(5)}


def default_languages():
    return ["en", "es", "fr"]


def validate_zone(value):
    if value not in available_timezones():
        raise ValidationError(
            _("“%(zone)s” is not a known time zone, try for instance Europe/Madrid."), params={"zone": value}
        )


class Company(models.Model):
    """Settings that numbers depend on. There is exactly one row; read it with `Company.current()`."""

    class ActiveRule(models.TextChoices):
        SUBSCRIPTION = "subscription", _("an active paid subscription")
        ORDERS = "orders", _("an active paid subscription, or a recent order")

    class ChurnVariant(models.TextChoices):
        START_BASE = "start_base", _("start base")
        EARLY_LEAVERS = "early_leavers", _("with early leavers")
        EVENTS = "events", _("events")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    name = models.CharField(_("name"), max_length=120, default="My company")
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="EUR",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, for instance EUR."))],
    )
    fiscal_start_month = models.PositiveSmallIntegerField(
        _("fiscal year starts in month"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    week_start = models.PositiveSmallIntegerField(_("week starts on"), choices=Weekday.choices, default=Weekday.MONDAY)
    business_hours = models.JSONField(_("business hours"), default=default_hours)
    languages = models.JSONField(_("languages"), default=default_languages)
    active_rule = models.CharField(
        _("a customer is active with"), max_length=16, choices=ActiveRule.choices, default=ActiveRule.SUBSCRIPTION
    )
    active_order_days = models.PositiveIntegerField(_("an order counts for (days)"), default=365)
    churn_variant = models.CharField(
        _("churn is counted by"), max_length=16, choices=ChurnVariant.choices, default=ChurnVariant.START_BASE
    )
    conversion_window_days = models.PositiveIntegerField(_("leads mature after (days)"), default=90)
    lead_response_hours = models.PositiveIntegerField(_("first answer to a lead within (hours)"), default=24)
    past_due_grace_days = models.PositiveIntegerField(_("past due stays active for (days)"), default=30)
    discount_percent = models.PositiveSmallIntegerField(
        _("yearly discount rate (%)"), default=0, validators=[MaxValueValidator(100)]
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("company settings")
        verbose_name_plural = _("company settings")
        constraints = [
            models.CheckConstraint(name="crm_company_one_row", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="crm_company_fiscal_month", condition=models.Q(fiscal_start_month__range=(1, 12))
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.pk = 1
        super().save(*args, **kwargs)
        Company.forget()

    @classmethod
    def current(cls):
        """The settings; remembered for five seconds per process, so that one page asks at most once."""
        if _memo["company"] is None or time.monotonic() > _memo["until"]:
            _memo["company"] = cls.objects.filter(pk=1).first() or cls.objects.get_or_create(pk=1)[0]
            _memo["until"] = time.monotonic() + MEMO_SECONDS
        return _memo["company"]

    @staticmethod
    def forget():
        """Drop the remembered settings (after a change, between tests)."""
        _memo["company"] = None

    @property
    def zone(self):
        return ZoneInfo(self.time_zone)

    @property
    def open_weekdays(self):
        return [int(day) for day, hours in self.business_hours.items() if hours]

    def today(self):
        return local_date(timezone.now(), self.time_zone)

    def day_of(self, moment):
        """The company-local date of a moment: what every `…_on` column holds."""
        return local_date(moment, self.time_zone)


class Holiday(models.Model):
    """A local day on which the company is closed."""

    on = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=120)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["on"]

    def __str__(self):
        return f"{self.on} {self.name}"
