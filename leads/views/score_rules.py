from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm import notices, policy
from leads import rules
from leads.actions import scoring
from leads.forms.score_rules import ScoreRuleForm
from leads.models import Lead, ScoreRule
from leads.views.records import changeable, form_page, may_create, posted

SAMPLE, SHOWN = 200, 5


@login_required
def score_rule_list(request):
    found = ScoreRule.objects.visible_to(request.user)
    sample = sample_of(request.user)
    active = [rule for rule in found if rule.is_active]
    for rule in found:
        rule.hits = sum(rules.holds(rule, rules.facts_of(lead, lead.activities)) for lead in sample)
    scores = [rules.score(rules.facts_of(lead, lead.activities), active)[0] for lead in sample]
    context = {
        "title": _("Score rules"),
        "rules": found,
        "sample": len(sample),
        "bands": bands(scores),
        "may_change": policy.may_create(request.user, ScoreRule),
    }
    return render(request, "leads/score_rule_list.html", context)


def sample_of(user):
    """The newest open leads this user may see, with what rules can ask about them."""
    leads = Lead.objects.visible_to(user).open().select_related("source", "product").order_by("-created_at", "-pk")
    return list(leads.annotate(activities=Count("activity_set", filter=Q(activity_set__trashed_at=None)))[:SAMPLE])


def bands(scores):
    """How many leads score 80 and up, 60 to 79, 40 to 59, below 40, with their share in percent."""
    found = []
    for low, high in ((80, 100), (60, 79), (40, 59), (0, 39)):
        count = sum(low <= score <= high for score in scores)
        found.append(
            {"low": low, "high": high, "count": count, "share": round(100 * count / len(scores)) if scores else 0}
        )
    return found


@login_required
def score_rule_create(request):
    may_create(request, ScoreRule)
    form = ScoreRuleForm(posted(request))
    if "preview" not in request.POST and form.is_valid():
        scoring.add_rule(by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved. Open leads are being scored anew."), tone="good")
        return redirect("score_rule_list")
    return rule_page(request, form, None, title=_("New rule"))


@login_required
def score_rule_edit(request, pk):
    rule = changeable(request, ScoreRule, pk)
    form = ScoreRuleForm(posted(request), instance=ScoreRule.objects.get(pk=pk))
    if "preview" not in request.POST and form.is_valid():
        scoring.edit_rule(rule, by=request.user, **form.cleaned_data)
        notices.say(request, _("Saved. Open leads are being scored anew."), tone="good")
        return redirect("score_rule_list")
    return rule_page(request, form, rule, title=_("Edit %(name)s") % {"name": rule})


@login_required
@require_POST
def score_rule_remove(request, pk):
    rule = changeable(request, ScoreRule, pk)
    scoring.remove_rule(rule, by=request.user)
    notices.say(request, _("The rule “%(name)s” is removed. Open leads are being scored anew.") % {"name": rule})
    return redirect("score_rule_list")


def rule_page(request, form, rule, *, title):
    """The form beside what the rule as typed would do to the newest open leads."""
    tried = form.preview() if form.is_bound else rule
    context = {"rule": rule, "effect": effect_of(tried, rule, request.user) if tried else None}
    return form_page(
        request,
        form,
        title=title,
        submit=_("Save rule"),
        back=reverse("score_rule_list"),
        crumb=_("Score rules"),
        template="leads/score_rule_form.html",
        **context,
    )


def effect_of(tried, rule, user):
    """Scores before and after, for the leads on which the rule holds or held."""
    active = list(ScoreRule.objects.filter(is_active=True))
    others = [other for other in active if rule is None or other.pk != rule.pk]
    changed, hits = [], 0
    sample = sample_of(user)
    for lead in sample:
        facts = rules.facts_of(lead, lead.activities)
        hits += rules.holds(tried, facts)
        before, after = rules.score(facts, active)[0], rules.score(facts, [*others, tried])[0]
        if before != after or rules.holds(tried, facts):
            changed.append({"lead": lead, "before": before, "after": after})
    return {
        "hits": hits,
        "sample": len(sample),
        "rows": changed[:SHOWN],
        "changed": sum(row["before"] != row["after"] for row in changed),
    }
