"""From lead to customer: of the leads created in a period, how many reached each step."""

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from crm import formats
from leads.models import Lead


def funnel(selection):
    """Steps with counts and rates; `is_maturing` while young leads may still convert."""
    period = selection.period
    segment = {selection.dimension: selection.member} if selection.dimension else {}
    leads = Lead.objects.alive().filter(created_on__gte=period.start, created_on__lt=period.end, **segment)
    qualified = Q(qualified_on__isnull=False) | Q(converted_on__isnull=False)
    counts = leads.aggregate(
        leads=Count("pk"),
        contacted=Count("pk", filter=Q(first_contact_on__isnull=False) | qualified),
        qualified=Count("pk", filter=qualified),
        converted=Count("pk", filter=Q(converted_on__isnull=False)),
        customers=Count("pk", filter=Q(customer_on__isnull=False)),
    )
    labels = {
        "leads": _("Leads"),
        "contacted": _("Contacted"),
        "qualified": pgettext("leads", "Qualified"),
        "converted": pgettext("leads", "Converted"),
        "customers": _("Customers"),
    }
    top = counts["leads"]
    steps, before = [], None
    for key, label in labels.items():
        count = counts[key]
        steps.append(
            {
                "label": label,
                "count": count,
                "width": round(82 * count / top, 1) if top else 0,
                "rate": formats.percent(count / before) if before else "",
                "share": formats.percent(count / top) if top and before is not None else "",
            }
        )
        before = count
    age = (selection.today - period.end).days
    return {"steps": steps, "is_maturing": age < selection.company.conversion_window_days} if top else None
