"""Tests that share one database and never see each other: `pytest test_isolation.py`."""

import pytest


@pytest.fixture
def basket(scoped_lmdb_env, scoped_lmdb_scope):
    """What the code under test works on, empty for each test."""
    return scoped_lmdb_env.database("baskets").scope(scoped_lmdb_scope)


def add(basket, item, count=1):
    """The code under test."""
    with basket.database.env.write() as txn:
        inside = basket.within(txn)
        inside[item] = inside.get(item, 0) + count


@pytest.mark.parametrize("item", ["apple", "pear"])
def test_an_item_is_counted(basket, item):
    add(basket, item)
    add(basket, item, 2)
    assert dict(basket) == {item: 3}


def test_it_begins_empty(basket):
    assert not basket
