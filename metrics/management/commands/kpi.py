"""manage.py kpi SLUG --start 2026-01-01 --end 2026-04-01 --grain month --by source --json"""

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from crm import formats
from crm.exceptions import DomainError
from crm.models import Company
from crm.periods import Grain, Period, add_months, period_of, periods_between
from metrics import engine


def day(text):
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is no date: write it as 2026-01-31.") from error


class Command(BaseCommand):
    help = (
        "Answer a KPI from the records: per period, and per member of a dimension with --by. Without SLUG, list them."
    )

    def add_arguments(self, parser):
        parser.add_argument("slug", nargs="?")
        parser.add_argument("--start", help="first day, by default of the period under way")
        parser.add_argument("--end", help="first day after the range")
        parser.add_argument(
            "--grain", choices=[*Grain.values, "none"], default=Grain.MONTH.value, help="none: the range at once"
        )
        parser.add_argument("--by", default="", help="a dimension to split by")
        parser.add_argument("--variant", default="")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, slug, start, end, grain, by, variant, **options):
        if not slug:
            return self.list()
        company = Company.current()
        try:
            kpi = engine.find(slug, variant)
            found = engine.split_series(kpi, self.periods(start, end, grain, company), by)
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        rows = list(self.rows(kpi, found, by))
        if options["json"]:
            self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))
        else:
            self.show(kpi, rows, company)

    def periods(self, start, end, grain, company):
        if grain == "none":
            if not (start and end):
                raise CommandError("A range at once needs --start and --end.")
            return [Period(day(start), day(end))] if day(start) < day(end) else self.refuse()
        today = company.today()
        first = day(start) if start else period_of(grain, today, company).start
        last = day(end) if end else max(add_months(first, 1), today) if start else period_of(grain, today, company).end
        return periods_between(grain, first, last, company) if first < last else self.refuse()

    def refuse(self):
        raise CommandError("The range ends before it begins.")

    def rows(self, kpi, found, by):
        names = engine.labels(by, {member for row in found.values() for member in row}) if by else {}
        for period_start, row in found.items():
            for member, figure in sorted(row.items()):
                yield {
                    "start": period_start.isoformat(),
                    **({"member": member, "label": str(names[member])} if by else {}),
                    "value": None if figure.value is None else float(figure.value),
                    "numerator": figure.numerator,
                    "denominator": figure.denominator,
                    "unit": kpi.unit,
                    "state": figure.state,
                    "reason": str(figure.reason),
                }

    def show(self, kpi, rows, company):
        self.stdout.write(f"{kpi.name}: {kpi.formula}")
        for row in rows:
            value = formats.value(row["value"], kpi.unit, company.currency)
            counts = row["numerator"] if row["denominator"] is None else f"{row['numerator']} / {row['denominator']}"
            member = f"{row['label']:<28}" if "label" in row else ""
            self.stdout.write(
                f"{row['start']}  {member}{value:>14}  {row['state']:<12} {counts}  {row['reason']}".rstrip()
            )

    def list(self):
        for kpi in engine.catalogue():
            self.stdout.write(f"{kpi.slug:<34} {kpi.unit:<8} {kpi.name}")
