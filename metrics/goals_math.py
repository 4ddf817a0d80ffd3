"""The arithmetic of goals, from plain numbers: progress, pace, projection, milestones, state.

All values are in the unit a goal is written in (percent points, whole units of the currency, counts, days).
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil

from metrics.models import Goal

State = Goal.State
MILESTONES = (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4), Fraction(1))
AT_RISK = Fraction(2, 5)  # who ends with less of the way than this is off track


@dataclass(frozen=True)
class Milestone:
    share: Fraction
    value: Fraction
    due_on: date | None  # the day on which the pace gets there
    is_passed: bool


def progress(actual, baseline, target):
    """How much of the way from baseline to target is done: right in both directions, negative where it went backwards."""
    if actual is None or baseline is None or target is None:
        return None
    if target == baseline:
        return Fraction(int(actual == target))
    return Fraction(actual - baseline) / Fraction(target - baseline)


def is_met(value, target, direction):
    return value >= target if direction == Goal.Direction.UP else value <= target


def projection(opening, actual, gone, total):
    """Where a value ends that has come from `opening` to `actual` in `gone` of `total` working days, at that speed."""
    if actual is None or opening is None or not gone:
        return None
    return opening + (actual - opening) * Fraction(max(total, gone), gone)


def projection_at_speed(sums, recent, days, left):
    """Where a rate or an average ends: what it is made of so far, and for the working days that are `left` what came in
    the recent `days`. `sums` and `recent` are (numerator, denominator)."""
    if not days:
        return None
    above, below = (so_far + Fraction(lately * left, days) for so_far, lately in zip(sums, recent, strict=True))
    return above / below if below else None


def state(*, actual, baseline, target, direction, projected, is_over, may_fall_back):
    """What to say of a goal. A value that may still fall back is reached only at the end of the period."""
    if actual is None or target is None:
        return State.NO_DATA
    met = is_met(actual, target, direction)
    if is_over:
        return State.REACHED if met else State.MISSED
    if met and not may_fall_back:
        return State.REACHED
    ends = actual if projected is None else projected
    if is_met(ends, target, direction) or projected is None:
        return State.ON_TRACK
    way = progress(ends, baseline, target)
    return State.AT_RISK if way is not None and way >= AT_RISK else State.OFF_TRACK


def milestones(actual, baseline, target, direction, days):
    """Quarters of the way; `days` are the period's working days."""
    if baseline is None or target is None:
        return []
    found = []
    for share in MILESTONES:
        value = baseline + share * (target - baseline)
        due_on = days[min(ceil(share * len(days)), len(days)) - 1] if days else None
        passed = actual is not None and is_met(actual, value, direction)
        found.append(Milestone(share, value, due_on, passed))
    return found
