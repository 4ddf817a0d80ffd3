"""What a page of numbers shows: a period and a segment, read from the address and held within what the reader may see."""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from accounts.models import Team, User
from crm.exceptions import Forbidden, Invalid
from crm.models import Company
from crm.periods import Grain, Period, following, period_of

PAGE_GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)
EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True)
class Selection:
    period: Period
    today: date
    company: Company
    dimension: str = ""
    member: str = ""

    @property
    def is_open(self):
        return self.period.end > self.today

    @property
    def segment(self):
        return {"dimension": self.dimension, "member": self.member}

    def query(self, **changes):
        """The address part that shows this selection, with changes."""
        parts = {"grain": self.period.grain, "start": self.period.start.isoformat()}
        if self.dimension:
            parts[self.dimension] = self.member
        parts.update(changes)
        return "?" + urlencode({key: value for key, value in parts.items() if value not in ("", None)})

    def at(self, period):
        return replace(self, period=period)

    def earlier(self):
        return self.at(following(self.period, self.company, -1))

    def later(self):
        """The next period, or None where it lies in the future."""
        period = following(self.period, self.company)
        return self.at(period) if period.start <= self.today else None


def select(params, user, *, grain=Grain.QUARTER):
    """Read `grain`, `start` (any day of the period), `team` or `owner`. Raises Invalid for what makes no sense."""
    company = Company.current()
    today = company.today()
    grain = params.get("grain") or grain
    if grain not in Grain.values:
        raise Invalid(
            _("There is no grain “%(grain)s”: use day, week, month, quarter or year.") % {"grain": grain[:20]}
        )
    dimension, member = segment_for(user, params.get("team", ""), params.get("owner", ""))
    return Selection(period_of(grain, day_from(params.get("start"), today), company), today, company, dimension, member)


def day_from(text, today):
    """A day as YYYY-MM-DD; today where it is missing. Days outside any company's history are refused."""
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_("“%(text)s” is not a day: write it as 2026-01-31.") % {"text": text[:20]}) from error
    if not EARLIEST <= day <= date(today.year + 2, 1, 1):
        raise Invalid(_("%(day)s lies outside the days numbers are kept for.") % {"day": day})
    return day


def segment_for(user, team, owner):
    """(dimension, member) the reader may see: anybody their own, managers the company, its teams and their own people,
    admins everything."""
    if team and owner:
        raise Invalid(_("Choose a team or a person, not both."))
    if user.has_role("manager", "admin"):
        if team:
            return "team", existing(Team.objects.visible_to(user), team)
        if owner:
            return "owner", existing(User.objects.visible_to(user), owner)
        return "", ""
    if team or (owner and owner != str(user.pk)):
        raise Forbidden(_("You see your own numbers; the company’s and other people’s are for managers."))
    return "owner", str(user.pk)


def existing(queryset, pk):
    if pk.isascii() and pk.isdigit() and len(pk) < 19 and queryset.filter(pk=int(pk)).exists():
        return str(int(pk))
    raise Invalid(_("This segment does not exist."))


def sellers(user):
    """Whose numbers this user may look at one by one."""
    people = User.objects.visible_to(user).filter(is_active=True, role_grants__role__in=["rep", "manager"])
    return people.distinct().order_by("name")[:60]


def shown_members(user, dimension, figures):
    """Of a split, what this reader may see: managers their own people's rows, admins all of them."""
    if dimension != "owner" or user.has_role("admin"):
        return figures
    mine = {str(pk) for pk in User.objects.visible_to(user).values_list("pk", flat=True)}
    return {member: figure for member, figure in figures.items() if member in mine}
