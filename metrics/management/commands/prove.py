"""manage.py prove [SLUG …]: does the engine give what the worked examples of the catalogue say?"""

import os
import subprocess
import sys
import tempfile

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from metrics import prove


class Command(BaseCommand):
    help = "Enter every worked example as real records, in a temporary database, and compare the engine's answer."

    def add_arguments(self, parser):
        parser.add_argument("slugs", nargs="*", metavar="SLUG")
        parser.add_argument("--here", action="store_true", help="in this database, which is left as it was")

    def handle(self, *, slugs, here, **options):
        unknown = set(slugs) - set(prove.provable())
        if unknown:
            raise CommandError(f"No worked example for {', '.join(sorted(unknown))}.")
        if not here:
            sys.exit(self.elsewhere(slugs))
        proofs = [prove.prove(slug) for slug in slugs or prove.provable()]
        for proof in proofs:
            found = "no value" if proof.found is None else f"{float(proof.found):g}"
            self.stdout.write(f"{'holds' if proof.holds else 'FAILS':<6} {proof.slug:<26} {proof.words:<28} {found}")
        if not all(proof.holds for proof in proofs):
            sys.exit(1)

    def elsewhere(self, slugs):
        """Again in a process of its own on an empty SQLite file, so that not even a sequence moves in this database."""
        with tempfile.TemporaryDirectory(prefix="tallyard-prove-") as folder:
            environment = {
                name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")
            }
            environment |= {"TALLYARD_VAR": folder, "SECRET_KEY": settings.SECRET_KEY}
            manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
            subprocess.run([*manage, "migrate", "--verbosity=0"], env=environment, check=True)
            return subprocess.run([*manage, "prove", "--here", *slugs], env=environment, check=False).returncode
