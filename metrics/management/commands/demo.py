from django.core.management.base import BaseCommand, CommandError

from accounts.models import User


class Command(BaseCommand):
    help = "Load a demo company with 26 months of history, made by the same actions that people use."

    def handle(self, **options):
        if User.objects.exists():
            raise CommandError("There are users already: the demo is for an empty installation.")
        from metrics.actions import snapshots  # leaf, as below
        from metrics.demo import history  # leaf: names and odds are needed here only

        history.tell()
        snapshots.catch_up()
        self.stdout.write("The demo company is ready: sign in as admin@demo.test with the password demo.")
