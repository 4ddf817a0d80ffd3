"""`manage.py load MAPPING.toml DIR`: import CSV files by a mapping (docs/import.md)."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.exceptions import DomainError
from crm.imports import applying, mapping, staging, undo
from crm.models import Company


class Command(BaseCommand):
    help = "Import CSV files by a mapping: every row is checked first, then written in batches, or nothing is."

    def add_arguments(self, parser):
        parser.add_argument("mapping", metavar="MAPPING.toml")
        parser.add_argument("folder", metavar="DIR", nargs="?", default=".")
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")
        parser.add_argument("--undo", action="store_true", help="remove what the latest load by this mapping wrote")
        parser.add_argument("--batch-size", type=int, default=applying.BATCH_SIZE, help="rows per transaction")

    def handle(self, *args, **options):
        if not 1 <= options["batch_size"] <= 100_000:
            raise CommandError(_("--batch-size lies between 1 and 100000."))
        try:
            plan = mapping.read(options["mapping"], Company.current())
            if options["undo"]:
                self.undo(plan)
            else:
                self.load(plan, options)
        except DomainError as error:
            raise CommandError(str(error.message)) from error

    def load(self, plan, options):
        applying.check_currency(plan, Company.current())
        show = Progress(self.stderr)
        staged = staging.stage(plan, options["folder"], applying.Run(plan), show(_("checked")))
        try:
            self.report(plan, staged, show)
            if options["dry_run"]:
                self.say_counts(staged)
                self.stdout.write(_("Nothing was written (--dry-run)."))
                return
            batch = applying.apply(plan, staged, size=options["batch_size"], progress=show(_("written")))
            show.done()
            self.say_counts(staged)
            if batch is None:
                self.stdout.write(_("Everything is there already; nothing was written."))
            else:
                self.stdout.write(_("Finished: import %(number)s.") % {"number": batch.pk})
        finally:
            staged.spool.close()

    def report(self, plan, staged, show):
        """Say what is wrong; stop unless the mapping wants bad rows to be left out."""
        show.done()
        if not staged.report:
            return
        for line in staged.report.lines():
            self.stderr.write(line)
        total = staged.report.total
        if plan.on_error != "skip" or staged.is_unreadable:
            message = ngettext(
                "%(count)s problem; nothing was written.", "%(count)s problems; nothing was written.", total
            )
            raise CommandError(message % {"count": total})
        message = ngettext("%(count)s row was left out.", "%(count)s rows were left out.", staged.left_out)
        self.stderr.write(message % {"count": staged.left_out})

    def say_counts(self, staged):
        for name, (new, there) in staged.counts().items():
            self.stdout.write(
                _("%(noun)s: %(new)s new, %(there)s there already") % {"noun": name, "new": new, "there": there}
            )

    def undo(self, plan):
        batch = undo.latest(plan.name)
        if batch is None:
            raise CommandError(_("There is no import by this mapping that could be undone."))
        for label, count in undo.undo(plan, batch).items():
            self.stdout.write(_("%(label)s: %(count)s removed") % {"label": label, "count": count})


class Progress:
    """A line that counts on a terminal; silent anywhere else."""

    def __init__(self, stream):
        self.stream = stream
        self.is_shown = stream.isatty() if hasattr(stream, "isatty") else False
        self.last = 0.0

    def __call__(self, verb):
        def show(done):
            if self.is_shown and time.monotonic() - self.last > 0.2:
                self.last = time.monotonic()
                self.stream.write(f"\r{done:,} {verb}", ending="")
                self.stream.flush()

        return show

    def done(self):
        if self.is_shown and self.last:
            self.stream.write("\r\033[K", ending="")
            self.last = 0.0
