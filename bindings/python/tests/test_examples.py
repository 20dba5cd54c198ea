# Do the programs in examples/ do what they say?

import io
import os
import subprocess
import sys
from pathlib import Path

import scoped_lmdb

HERE = Path(__file__).resolve().parents[1]
VARIABLES = {**os.environ, "PYTHONPATH": str(Path(scoped_lmdb.__file__).resolve().parents[1])}


def run(*command, cwd):
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=cwd, env=VARIABLES, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_web_application(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(HERE / "examples")
    import web_app

    monkeypatch.setattr(web_app, "FOLDER", str(tmp_path / "data"))

    def request(method, path, host="acme.example", body=b""):
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(len(body))}
        environ["wsgi.input"] = io.BytesIO(body)
        if host:
            environ["HTTP_HOST"] = host
        status = []
        text = b"".join(web_app.application(environ, lambda line, _: status.append(line)))
        return status[0][:3], text.decode()

    assert request("PUT", "/shopping", body="milk é".encode()) == ("201", '{"name": "shopping"}\n')
    assert request("PUT", "/shopping", "other.example", b"bread")[0] == "201"
    assert request("GET", "/shopping", "ACME.example:8000") == ("200", '{"shopping": "milk \\u00e9"}\n')
    assert request("GET", "/", "other.example") == ("200", '{"shopping": "bread"}\n')
    assert request("GET", "/missing")[0] == "404"
    assert request("GET", "/", "")[0] == "400"
    assert request("PUT", "/" + "x" * 600)[0] == "400"
    assert request("PUT", "/x", body=b"\xff")[0] == "400"
    assert request("POST", "/x")[0] == "405"
    assert request("DELETE", "/shopping") == ("200", '{"deleted": true}\n')
    assert request("GET", "/") == ("200", "{}\n")
    assert request("GET", "/", "other.example")[1] == '{"shopping": "bread"}\n'
    web_app.notes().env.close()
    web_app.notes.cache_clear()


def test_the_job(tmp_path):
    for _ in range(2):
        printed = run(HERE / "examples" / "job.py", tmp_path / "data", 4, cwd=tmp_path)
    assert printed.splitlines()[0] == "the 6"
    with scoped_lmdb.open(tmp_path / "data") as env:
        assert [scope.name for scope in env.scopes()] == ["total"]


def test_the_plugin(tmp_path):
    (tmp_path / "test_isolation.py").write_text((HERE / "examples" / "test_isolation.py").read_text())
    told = run("-m", "pytest", "-q", "-p", "scoped_lmdb.pytest", "-p", "no:cacheprovider", ".", cwd=tmp_path)
    assert "3 passed" in told


def test_each_test_leaves_nothing(tmp_path):
    (tmp_path / "test_two.py").write_text("""
def test_first(scoped_lmdb_env, scoped_lmdb_scope):
    scoped_lmdb_env.database("one").scope(scoped_lmdb_scope)["k"] = 1
    scoped_lmdb_env.bytes_database("two").scope(scoped_lmdb_scope)[b"k"] = b"1"

def test_second(scoped_lmdb_env, scoped_lmdb_scope):
    assert scoped_lmdb_env.scopes() == []
    assert sum(database.entries for database in scoped_lmdb_env.databases()) == 0
""")
    told = run("-m", "pytest", "-q", "-p", "scoped_lmdb.pytest", "-p", "no:cacheprovider", ".", cwd=tmp_path)
    assert "2 passed" in told
