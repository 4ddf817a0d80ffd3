"""Setting a goal: which number, whose, for when, and where it should be."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Team
from crm import formats, money
from crm.exceptions import Invalid
from crm.forms import TidyTextMixin
from crm.models import Company
from crm.periods import Grain, following, period_of
from metrics import engine
from metrics.models import Goal
from metrics.selection import sellers
from metrics.wording import period_label

GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)


class NumberField(forms.CharField):
    """A number as people of this language write it; percent are typed as 7.5, money in whole units."""

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return None
        try:
            return money.decimal(
                text.replace("%", "").strip(), locale=get_language() or "en", currency=Company.current().currency
            )
        except Invalid as error:
            raise ValidationError(_("Only a number, for instance 7.5.")) from error

    def prepare_value(self, value):
        if value is None or isinstance(value, str):
            return value
        return f"{value.normalize():f}".replace(".", formats.locale().number_symbols["latn"]["decimal"])


class GoalForm(TidyTextMixin, forms.Form):
    kpi = forms.ChoiceField(label=gettext_lazy("Number"))
    segment = forms.ChoiceField(label=gettext_lazy("Whose"), required=False)
    period = forms.ChoiceField(label=gettext_lazy("By the end of"))
    target = forms.ChoiceField(
        label=gettext_lazy("The target is"),
        choices=Goal.Target.choices,
        widget=forms.RadioSelect,
        initial=Goal.Target.ABSOLUTE,
    )
    amount = NumberField(
        label=gettext_lazy("Target"),
        help_text=gettext_lazy(
            "In the number’s own unit: 7.5 for 7.5 %, 45000 for €45,000. A change on the baseline is in percent, for instance 20 or -10."
        ),
    )
    baseline = NumberField(
        label=gettext_lazy("Baseline"),
        required=False,
        help_text=gettext_lazy(
            "Where it starts. Left empty, it is the value of the period before, or 0 for what is counted up from 0."
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Left empty, it is named after its number."),
    )

    def __init__(self, *args, user, goal=None, **kwargs):
        super().__init__(*args, **kwargs)
        company = Company.current()
        self.fields["kpi"].choices = kpi_choices(user)
        self.fields["segment"].choices = segment_choices(user)
        self.fields["period"].choices = period_choices(company, goal)

    def clean(self):
        data = super().clean()
        kpi = engine.find(data["kpi"]) if data.get("kpi") else None
        dimension, _colon, _member = data.get("segment", "").partition(":")
        if kpi and dimension and dimension not in kpi.dimensions:
            self.add_error("segment", _("This number cannot be split that way: choose the company."))
        return data

    @property
    def values(self):
        """What the action takes."""
        data = self.cleaned_data
        dimension, _colon, member = data["segment"].partition(":")
        grain, _colon, start = data["period"].partition(":")
        company = Company.current()
        period = period_of(grain, forms.DateField().clean(start), company)
        is_relative = data["target"] == Goal.Target.RELATIVE
        return {
            "kpi": data["kpi"],
            "dimension": dimension,
            "member": member,
            "starts_on": period.start,
            "ends_on": period.end,
            "baseline": data["baseline"],
            "target": data["target"],
            "target_value": None if is_relative else data["amount"],
            "target_change": data["amount"] if is_relative else None,
            "name": data["name"],
        }


def kpi_choices(user):
    """Numbers the user may set goals on, by group; who has no company numbers chooses among those split by owner."""
    own_only = not user.has_role("manager", "admin")
    return [
        (kpi.slug, kpi.name)
        for kpi in engine.catalogue()
        if kpi.direction and not kpi.variant_of and (not own_only or "owner" in kpi.dimensions)
    ]


def segment_choices(user):
    """Managers set goals for their teams and people, admins for the company too, everybody for themselves."""
    choices = [("", _("The company"))] if user.has_role("admin") else []
    if user.has_role("manager", "admin"):
        teams = Team.objects.visible_to(user)
        if not user.has_role("admin"):
            teams = teams.filter(pk__in=user.team_ids)
        choices += [(f"team:{team.pk}", _("Team %(name)s") % {"name": team}) for team in teams]
        choices += [(f"owner:{person.pk}", str(person)) for person in sellers(user) if person.pk != user.pk]
    choices.append((f"owner:{user.pk}", _("%(name)s (me)") % {"name": user}))
    return choices


def period_choices(company, goal=None):
    """The running and the next month, quarter and year."""
    today, choices = company.today(), []
    for grain in GRAINS:
        running = period_of(grain, today, company)
        for period in (running, following(running, company)):
            choices.append((f"{grain}:{period.start}", period_label(period, company)))
    if goal and (kept := f"{goal_grain(goal, company)}:{goal.starts_on}") not in dict(choices):
        choices.insert(0, (kept, _("as before")))
    return choices


def goal_grain(goal, company):
    for grain in GRAINS:
        period = period_of(grain, goal.starts_on, company)
        if (period.start, period.end) == (goal.starts_on, goal.ends_on):
            return grain
    return Grain.QUARTER
