"""Redis as the cache, the database while Redis is away: sign-in limits and throttles go on counting."""

import time

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError, TimeoutError

PAUSE = 5  # seconds without asking a Redis that did not answer


class RedisOrDatabaseCache(RedisCache):
    asleep_until = 0.0

    def _ask(self, method, *args, **kwargs):
        if time.monotonic() >= self.asleep_until:
            try:
                return getattr(super(), method)(*args, **kwargs)
            except (ConnectionError, TimeoutError):
                RedisOrDatabaseCache.asleep_until = time.monotonic() + PAUSE
        return getattr(caches["database"], method)(*args, **kwargs)

    def add(self, *args, **kwargs):
        return self._ask("add", *args, **kwargs)

    def get(self, *args, **kwargs):
        return self._ask("get", *args, **kwargs)

    def set(self, *args, **kwargs):
        return self._ask("set", *args, **kwargs)

    def touch(self, *args, **kwargs):
        return self._ask("touch", *args, **kwargs)

    def delete(self, *args, **kwargs):
        return self._ask("delete", *args, **kwargs)

    def get_many(self, *args, **kwargs):
        return self._ask("get_many", *args, **kwargs)

    def has_key(self, *args, **kwargs):
        return self._ask("has_key", *args, **kwargs)

    def incr(self, *args, **kwargs):
        return self._ask("incr", *args, **kwargs)

    def set_many(self, *args, **kwargs):
        return self._ask("set_many", *args, **kwargs)

    def delete_many(self, *args, **kwargs):
        return self._ask("delete_many", *args, **kwargs)

    def clear(self):
        return self._ask("clear")
