"""A web application with a tenant for each host name: notes that no other tenant sees.

    python web_app.py data 8000
    curl -X PUT --data "buy milk" -H "Host: acme.example" http://localhost:8000/shopping
    curl -H "Host: acme.example" http://localhost:8000/

It is plain WSGI. The Env is opened at the first request and not at import, so a server may fork its workers first.
"""

import functools
import json
import sys
from wsgiref.simple_server import make_server

import scoped_lmdb

FOLDER = "data"


@functools.cache
def notes():
    """The database, opened once in each process."""
    return scoped_lmdb.open(FOLDER).database("notes")


def tenant(environ):
    """The scope of this request: the host name is the tenant's name."""
    host = environ.get("HTTP_HOST", "").partition(":")[0].lower()
    return notes().scope(host) if host else None


def application(environ, start_response):
    """Lists notes, and gets, puts and deletes one by its path."""
    scope, method, name = tenant(environ), environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")[1:]
    if scope is None:
        return answer(start_response, "400 Bad Request", {"error": "a request needs a host name"})
    try:
        if method == "PUT" and name:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            scope[name] = environ["wsgi.input"].read(length).decode("utf-8")
            return answer(start_response, "201 Created", {"name": name})
        if method == "DELETE" and name:
            return answer(start_response, "200 OK", {"deleted": scope.delete(name)})
        if method == "GET":
            return answer(start_response, "200 OK", {name: scope[name]} if name else dict(scope.items()))
    except KeyError:
        return answer(start_response, "404 Not Found", {"error": f"no note {name!r}"})
    except ValueError as error:  # a name that is too long, text that is no UTF-8
        return answer(start_response, "400 Bad Request", {"error": str(error)})
    return answer(start_response, "405 Method Not Allowed", {"error": method})


def answer(start_response, status, body):
    """JSON with a status."""
    start_response(status, [("Content-Type", "application/json; charset=utf-8")])
    return [json.dumps(body).encode("utf-8") + b"\n"]


if __name__ == "__main__":
    FOLDER = sys.argv[1]
    with make_server("localhost", int(sys.argv[2]), application) as server:
        server.serve_forever()
