"""The two that are compared, each doing one workload as its own documentation does it."""

import threading

import lmdb

import scoped_lmdb

MAP = 4 << 30
SCOPE = "tenant1"


def in_threads(count, function):
    """Runs a function in so many threads at once."""
    threads = [threading.Thread(target=function, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Ours:
    """scoped_lmdb: a database of raw bytes, in a scope with a name."""

    def __init__(self, folder, durable):
        self.env = scoped_lmdb.open(folder, map_size=MAP, durability="durable" if durable else "no_sync")
        self.stored, self.empty = self.env.bytes_database("stored"), self.env.bytes_database("empty")

    def load(self, entries):
        with self.env.write() as txn:
            self.stored.put_many(txn, SCOPE, entries)

    def get(self, keys):
        get = self.stored.get
        with self.env.read() as txn:
            for key in keys:
                get(txn, SCOPE, key)
        return len(keys)

    def get_many(self, hundreds):
        with self.env.read() as txn:
            for keys in hundreds:
                found = self.stored.get_many(txn, SCOPE, keys)
                assert len(found) == len(keys)
        return sum(map(len, hundreds))

    def scan(self):
        count = 0
        with self.env.read() as txn:
            for _, _ in self.stored.range(txn, SCOPE):
                count += 1
        return count

    def prefix(self, prefixes):
        count = 0
        with self.env.read() as txn:
            for prefix in prefixes:
                for _, _ in self.stored.prefix(txn, SCOPE, prefix):
                    count += 1
        return count

    def put(self, entries):
        put = self.empty.put
        with self.env.write() as txn:
            for key, value in entries:
                put(txn, SCOPE, key, value)
        return len(entries)

    def put_many(self, entries, _):
        with self.env.write() as txn:
            self.empty.put_many(txn, SCOPE, entries)
        return len(entries)

    def commits(self, threads, rounds):
        view = self.empty.scope(SCOPE)

        def work(number):
            for at in range(rounds):
                view[b"%d %d" % (number, at)] = b"value"

        in_threads(threads, work)
        return threads * rounds

    def tidy(self):
        with self.env.write() as txn:
            self.empty.clear(txn, SCOPE)

    def close(self):
        self.env.close()


class Theirs:
    """py-lmdb: a named database. It knows no scopes."""

    def __init__(self, folder, durable):
        self.env = lmdb.open(folder, map_size=MAP, max_dbs=4, sync=durable, metasync=durable)
        self.stored, self.empty = self.env.open_db(b"stored"), self.env.open_db(b"empty")

    def load(self, entries):
        with self.env.begin(write=True) as txn, txn.cursor(self.stored) as cursor:
            cursor.putmulti(entries)

    def get(self, keys):
        with self.env.begin(db=self.stored) as txn:
            get = txn.get
            for key in keys:
                get(key)
        return len(keys)

    def get_many(self, hundreds):
        with self.env.begin() as txn, txn.cursor(self.stored) as cursor:
            for keys in hundreds:
                found = cursor.getmulti(keys)
                assert len(found) == len(keys)
        return sum(map(len, hundreds))

    def scan(self):
        count = 0
        with self.env.begin() as txn, txn.cursor(self.stored) as cursor:
            for _, _ in cursor:
                count += 1
        return count

    def prefix(self, prefixes):
        count = 0
        with self.env.begin() as txn, txn.cursor(self.stored) as cursor:
            for prefix in prefixes:
                cursor.set_range(prefix)
                for key, _ in cursor:
                    if not key.startswith(prefix):
                        break
                    count += 1
        return count

    def put(self, entries):
        with self.env.begin(write=True, db=self.empty) as txn:
            put = txn.put
            for key, value in entries:
                put(key, value)
        return len(entries)

    def put_many(self, entries, ordered):
        with self.env.begin(write=True) as txn, txn.cursor(self.empty) as cursor:
            cursor.putmulti(entries, append=ordered)
        return len(entries)

    def commits(self, threads, rounds):
        def work(number):
            for at in range(rounds):
                with self.env.begin(write=True, db=self.empty) as txn:
                    txn.put(b"%d %d" % (number, at), b"value")

        in_threads(threads, work)
        return threads * rounds

    def tidy(self):
        with self.env.begin(write=True) as txn:
            txn.drop(self.empty, delete=False)

    def close(self):
        self.env.close()


BOTH = (Ours, Theirs)
