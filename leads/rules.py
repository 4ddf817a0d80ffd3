"""Scoring: points for a lead by simple rules, with the reasons, as a pure function of facts."""

from decimal import Decimal, InvalidOperation

from crm.money import exponent
from leads.models import ScoreRule

LOWEST, HIGHEST = 0, 100


def facts_of(lead, activities=0):
    """What rules can ask about a lead, by the names of `ScoreRule.Field`."""
    Field = ScoreRule.Field
    return {
        Field.SOURCE: lead.source.key if lead.source_id else "",
        Field.COUNTRY: lead.country,
        Field.TITLE: lead.title,
        Field.EMAIL: lead.email,
        Field.COMPANY: lead.company_name,
        Field.EMPLOYEES: lead.employees,
        Field.VALUE: None if lead.value is None else Decimal(lead.value).scaleb(-exponent(lead.currency)),
        Field.PRODUCT: lead.product.name if lead.product_id else "",
        Field.ACTIVITIES: activities,
    }


def score(facts, rules):
    """(score held between 0 and 100, [[reason, points], …]) for what holds; the strongest reasons first."""
    reasons = [[rule.label, rule.points] for rule in rules if rule.is_active and holds(rule, facts)]
    reasons.sort(key=lambda reason: -abs(reason[1]))
    return max(LOWEST, min(HIGHEST, sum(points for _label, points in reasons))), reasons


def holds(rule, facts):
    found = facts.get(rule.field)
    known = found not in (None, "")
    match rule.operator:
        case ScoreRule.Operator.KNOWN:
            return known
        case ScoreRule.Operator.IS:
            return known and same(found, rule.value)
        case ScoreRule.Operator.CONTAINS:
            return known and bool(rule.value) and rule.value.casefold() in str(found).casefold()
        case ScoreRule.Operator.AT_LEAST | ScoreRule.Operator.AT_MOST:
            limit, amount = number(rule.value), number(found)
            if limit is None or amount is None:
                return False
            return amount >= limit if rule.operator == ScoreRule.Operator.AT_LEAST else amount <= limit
    return False


def same(found, wanted):
    amount, limit = number(found), number(wanted)
    if amount is not None and limit is not None:
        return amount == limit
    return str(found).strip().casefold() == wanted.strip().casefold()


def number(value):
    """A finite number, or None."""
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
