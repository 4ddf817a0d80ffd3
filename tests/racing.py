"""Doing the same thing at the same moment, on connections of their own."""

from threading import Barrier, Thread

from django.db import connection

from crm.exceptions import Conflict


def race(*steps):
    """Run the steps at once, each in a thread; what each of them came to: its result, or the error it raised."""
    barrier = Barrier(len(steps))
    outcomes = [None] * len(steps)

    def run(index, step):
        try:
            barrier.wait(10)
            outcomes[index] = step()
        except Exception as error:  # noqa: BLE001 the outcome is what the test looks at
            outcomes[index] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def assert_one_winner(outcomes):
    """Exactly one came through, all others met a clear conflict."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(isinstance(error, Conflict) for error in errors), errors
    assert len(errors) == len(outcomes) - 1, outcomes
