"""The geometry of the small charts the server draws: sparklines and bullet bars."""

from dataclasses import dataclass
from statistics import fmean

PAD = 4
CONTROL = 2.66  # limits of an individuals chart: mean ± 2.66 × the average moving range


@dataclass(frozen=True)
class Spark:
    """Ready-made coordinates of a sparkline; pieces that do not apply are empty."""

    width: int
    height: int
    line: str
    dashed: str
    mean_y: float | None
    limit_y: float
    limit_height: float
    outside: list[tuple[float, float, str]]
    last: tuple[float, float] | None
    open: tuple[float, float] | None


def limits(values):
    """Mean, lower and upper limit of the usual range; None with fewer than five values."""
    if len(values) < 5:
        return None
    mean = fmean(values)
    spread = CONTROL * fmean(abs(b - a) for a, b in zip(values, values[1:], strict=False))
    return mean, mean - spread, mean + spread


def spark(values, *, width=104, height=40, provisional=False, direction="", bounds=None):
    """Draw `values` (oldest first, None is a gap). With `provisional` the last one is still open: dashed and hollow.

    `bounds` are mean, low and high where they are known; otherwise they come from the closed values. Points outside
    are marked, green or red where `direction` ("higher" or "lower" is better) allows a judgement.
    """
    values = [None if value is None else float(value) for value in values]
    known = [value for value in values if value is not None]
    if len(known) < 2:  # one point is no line
        return None
    closed = [value for value in (values[:-1] if provisional else values) if value is not None]
    bounds = bounds or limits(closed)
    low, high = min(known), max(known)
    if bounds:  # the shade may be cut off, the line may not
        room = (high - low) or abs(high) or 1
        low, high = min(low, max(bounds[1], low - room / 2)), max(high, min(bounds[2], high + room / 2))
    if high == low:
        low, high = low - 1, high + 1
    step = (width - 2 * PAD) / max(len(values) - 1, 1)

    def at(index, value):
        return round(PAD + index * step, 1), round(height - 2.1 - (value - low) / (high - low) * (height - 4.2), 1)

    points = [None if value is None else at(index, value) for index, value in enumerate(values)]
    solid = points[:-1] if provisional else points
    outside = []
    if bounds:
        for point, value in zip(solid, values, strict=False):
            if point and not bounds[1] <= value <= bounds[2]:
                outside.append((*point, _tone(value > bounds[2], direction)))
    top, bottom = (at(0, min(bounds[2], high))[1], at(0, max(bounds[1], low))[1]) if bounds else (0, 0)
    previous = next((point for point in reversed(points[:-1]) if point), None)
    is_open = provisional and points[-1] is not None
    return Spark(
        width=width,
        height=height,
        line=_path(solid),
        dashed=_path([previous, points[-1]]) if is_open and previous else "",
        mean_y=at(0, bounds[0])[1] if bounds else None,
        limit_y=top,
        limit_height=round(max(bottom - top, 0), 1),
        outside=outside,
        last=None if provisional else points[-1],
        open=points[-1] if is_open else None,
    )


def share(value, low, high):
    """Where a value stands on a scale, in percent of its length, kept on it."""
    if value is None or high == low:
        return None
    return round(float(min(max((value - low) / (high - low), 0), 1)) * 100, 1)


def _tone(is_above, direction):
    if direction not in ("higher", "lower"):
        return ""
    return "good" if is_above == (direction == "higher") else "bad"


def _path(points):
    """One move per unbroken stretch, so that gaps stay gaps."""
    pieces, pen_up = [], True
    for point in points:
        if point is None:
            pen_up = True
            continue
        pieces.append(f"{'M' if pen_up else 'L'}{point[0]},{point[1]}")
        pen_up = False
    return " ".join(pieces)
