"""The keys that every page answers to: each leads to one place."""

from collections import Counter

import pytest

from crm import registry
from tests.factories import users

pytestmark = pytest.mark.django_db


def twice(letters):
    return [letter for letter, times in Counter(letters).items() if times > 1]


def test_every_page_and_every_new_record_has_a_key_of_its_own():
    admin = users.UserFactory(roles=["admin"])
    assert twice(entry.letter for entry in registry.navs(admin)) == []
    assert twice(entry.key for entry in registry.creates(admin)) == []
