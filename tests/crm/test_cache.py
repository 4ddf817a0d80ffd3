import pytest
from redis.exceptions import ConnectionError

from crm.cache import RedisOrDatabaseCache

pytestmark = pytest.mark.django_db


@pytest.fixture
def cache_on(monkeypatch):
    """A cache on the Redis of that address, awake."""
    monkeypatch.setattr(RedisOrDatabaseCache, "asleep_until", 0.0)
    options = {"socket_connect_timeout": 0.2, "socket_timeout": 1}
    return lambda url: RedisOrDatabaseCache(url, {"KEY_PREFIX": "tallyard-test", "OPTIONS": options})


def test_cache_counts_in_the_database_while_redis_is_away(cache_on):
    cache = cache_on("redis://127.0.0.1:1/0")
    assert cache.add("failures", 1)
    assert not cache.add("failures", 1)
    assert cache.incr("failures") == 2
    assert cache.get_many(["failures", "other"]) == {"failures": 2}
    cache.delete("failures")
    assert cache.get("failures", "gone") == "gone"


def test_cache_leaves_a_dead_redis_alone_for_a_while(cache_on, monkeypatch):
    cache = cache_on("redis://127.0.0.1:1/0")
    asked = []

    def refuse(*args, **kwargs):
        asked.append(args)
        raise ConnectionError

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCacheClient.get", refuse)
    cache.get("a")
    cache.get("b")
    assert len(asked) == 1


@pytest.mark.redis
def test_cache_uses_redis_when_it_is_there(cache_on, settings, django_assert_num_queries):
    cache = cache_on(settings.REDIS_URL)
    with django_assert_num_queries(0):
        cache.set("here", {"a": 1}, 5)
        assert cache.get("here") == {"a": 1}
        cache.delete("here")
