# Do the examples in the docstrings run as they stand?

import doctest
import importlib
import pkgutil

import pytest

import scoped_lmdb

MODULES = ["scoped_lmdb", *(f"scoped_lmdb.{module.name}" for module in pkgutil.iter_modules(scoped_lmdb.__path__))]


def examples():
    for name in MODULES:
        if not name.endswith("__main__"):
            for test in doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name)):
                if test.examples:
                    yield test


@pytest.mark.parametrize("test", [pytest.param(test, id=test.name) for test in examples()])
def test_example(test, env, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    test.globs.update(env=env, users=env.database("users"), scoped_lmdb=scoped_lmdb)
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    printed = []
    runner.run(test, out=printed.append)
    assert not runner.failures, "".join(printed)


def test_there_are_some():
    assert len(list(examples())) > 10
