"""The database's part of `make run`: tables, cache, and a demo company where there is nobody yet."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main():
    import django
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if os.environ["TALLYARD_DEMO"] == "1" and not get_user_model().objects.exists():
        call_command("demo")


if __name__ == "__main__":
    main()
