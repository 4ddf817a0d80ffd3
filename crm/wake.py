"""Waking the workers: a hint through the broker, never a promise.

What has to be done stands in the database (events, job rows); a message only says "look now". So publishing happens
after the commit, gives a broker that does not answer 200 ms once, then leaves it alone for a while, and never raises:
the sweep finds what was missed.
"""

import time
from dataclasses import dataclass
from functools import cache

import structlog
from celery import current_app
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from kombu.pools import ProducerPool

log = structlog.get_logger(__name__)

CONNECT_TIMEOUT = 0.2
BREAK_FOR = 5.0  # seconds without publishing after a failure
EXPIRES = 60  # seconds; an old hint is worthless, the sweep has been there since

_closed_until = 0.0  # monotonic time before which nothing is published


def wake(task: str, *args, using: str = DEFAULT_DB_ALIAS) -> None:
    """Ask a worker to run the task once this transaction is committed; at most one hint per transaction."""
    hint = _Hint(task, args)
    connection = connections[using]
    alive = set(connection.savepoint_ids)
    if any(func == hint and sids <= alive for sids, func, _ in connection.run_on_commit):
        return
    transaction.on_commit(hint, using=using, robust=True)


@dataclass(frozen=True)
class _Hint:
    task: str
    args: tuple

    def __call__(self) -> None:
        publish(self.task, *self.args)


def publish(task: str, *args) -> bool:
    """Send the hint now; whether it was sent. Prefer ``wake``, which waits for the commit."""
    global _closed_until
    if time.monotonic() < _closed_until:
        return False
    try:
        with _producers().acquire(block=True, timeout=CONNECT_TIMEOUT) as producer:
            current_app.send_task(task, args=args, producer=producer, retry=False, expires=EXPIRES, ignore_result=True)
    except Exception as error:  # noqa: BLE001 clients raise whatever they like; the change is committed and must not fail now
        _closed_until = time.monotonic() + BREAK_FOR
        forget_connections()
        log.warning("wake.failed", task=task, error=repr(error), pause=BREAK_FOR)
        return False
    return True


@cache
def _producers() -> ProducerPool:
    """A pool of our own, so that the short timeouts do not apply to workers waiting for messages."""
    connection = current_app.connection_for_write(connect_timeout=CONNECT_TIMEOUT)
    connection.transport_options = connection.transport_options | {
        "socket_connect_timeout": CONNECT_TIMEOUT,
        "socket_timeout": CONNECT_TIMEOUT,
        "retry_on_timeout": False,
        "max_retries": 0,
    }
    return ProducerPool(connections=connection.Pool(limit=8), limit=8)


def forget_connections() -> None:
    """Drop pooled connections: the next hint connects anew, to a broker that may have come back elsewhere."""
    if _producers.cache_info().currsize:
        pool = _producers()
        _producers.cache_clear()
        pool.force_close_all()
        pool.connections.force_close_all()
