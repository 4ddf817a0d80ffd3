"""Small drawings of the money of an account."""

import datetime as dt
from dataclasses import dataclass

PAD = 4


@dataclass(frozen=True)
class Steps:
    """A stepped line of MRR over time, in ready-made coordinates."""

    width: int
    height: int
    line: str
    last: tuple[float, float]
    base: float


def steps(levels, today, *, width=124, height=44):
    """`levels` are (day, MRR from then on) in order; None where there is nothing to draw."""
    if not levels:
        return None
    start = levels[0][0]
    span = max((today - start).days, 1)
    top = max(mrr for _day, mrr in levels) or 1

    def x(day):
        return round(PAD + (min(day, today) - start).days / span * (width - 2 * PAD), 1)

    def y(mrr):
        return round(height - PAD - mrr / top * (height - 2 * PAD), 1)

    line = f"M{x(start)} {y(levels[0][1])}"
    for day, mrr in levels[1:]:
        line += f"H{x(day)}V{y(mrr)}"
    end = (round(width - PAD, 1), y(levels[-1][1]))
    return Steps(width, height, f"{line}H{end[0]}", end, y(0))


def levels(movements):
    """(day, MRR at its end) for each day with movements, from (day, amount) in order of days."""
    found, mrr = [], 0
    for day, amount in movements:
        mrr += amount
        if found and found[-1][0] == day:
            found.pop()
        found.append((day, mrr))
    return found


def level_on(found, day: dt.date):
    """MRR at the end of a day."""
    return next((mrr for at, mrr in reversed(found) if at <= day), 0)
