"""manage.py snapshot: what the night does, now. With --rebuild, everything anew from the records."""

import time
from datetime import date

from django.core.management.base import BaseCommand, CommandError

from metrics.actions import snapshots


class Command(BaseCommand):
    help = "Publish the snapshots that are due; --rebuild computes them anew, of all history or from --start to --end."

    def add_arguments(self, parser):
        parser.add_argument("--rebuild", action="store_true")
        parser.add_argument("--start", type=date.fromisoformat)
        parser.add_argument("--end", type=date.fromisoformat)

    def handle(self, *, rebuild, start, end, **options):
        if (start or end) and not rebuild:
            raise CommandError("--start and --end belong to --rebuild.")
        if start and end and start >= end:
            raise CommandError("The range ends before it begins.")
        began = time.monotonic()
        written = snapshots.rebuild(start, end) if rebuild else snapshots.catch_up()
        self.stdout.write(f"{written} snapshots written in {time.monotonic() - began:.1f} s.")
