"""How fast is scoped_lmdb beside py-lmdb? One run of both, side by side: `./build.sh bench python`.

Each line is one workload: nanoseconds an operation of ours and of theirs (medians), and the ratio ours/theirs, the
median of pairs that were run one after the other, in turns. Below 1.0 ours is faster. Commits are measured by the
clock; everything else by the processor time of the process, all its threads included, which other load on the machine
disturbs less. Options: `bench.py --help`.
"""

import argparse
import functools
import gc
import os
import platform
import random
import shutil
import statistics
import sys
import tempfile
import time

import peers
import scoped_lmdb


def measure(function, clock):
    """Nanoseconds that a call of a function takes, which returns how many operations that were."""
    gc.collect()
    gc.disable()
    try:
        started = clock()
        operations = function()
        return (clock() - started) / operations
    finally:
        gc.enable()


def compare(name, workload, ours, theirs, pairs, clock=time.process_time_ns):
    """Runs one workload on both in turns and prints its line."""
    figures = {ours: [], theirs: []}
    for number in range(pairs):
        for peer in (ours, theirs) if number % 2 == 0 else (theirs, ours):
            prepared = workload(peer)
            figures[peer].append(measure(prepared, clock))
            peer.tidy()
    ratios = sorted(mine / other for mine, other in zip(figures[ours], figures[theirs]))
    row = (statistics.median(figures[ours]), statistics.median(figures[theirs]), statistics.median(ratios))
    spread = f"({ratios[0]:.2f} to {ratios[-1]:.2f})"
    print(f"{name:<36}{row[0]:>12,.0f}{row[1]:>12,.0f}{row[2]:>8.2f}   {spread}", flush=True)


def keys_of(count):
    """`count` keys of 16 bytes, in groups of 1,000 that share their first 6, sorted."""
    numbers = random.Random(1)
    return sorted(b"%06d%010d" % (number // 1000, numbers.randrange(10**10)) for number in range(count))


def reading(data, numbers):
    """The workloads on stored data, by name."""
    at_random = [data.keys[numbers.randrange(len(data.keys))] for _ in range(100_000)]
    hot = at_random[:1000] * 100
    hundreds = [at_random[at : at + 100] for at in range(0, 50_000, 100)]
    groups = [b"%06d" % numbers.randrange(len(data.keys) // 1000) for _ in range(100)]
    return {
        "get, random": lambda peer: lambda: peer.get(at_random),
        "get, the same 1,000": lambda peer: lambda: peer.get(hot),
        "get_many(100), random, each": lambda peer: lambda: peer.get_many(hundreds),
        "scan of all, each": lambda peer: peer.scan,
        "prefix of 1,000, each": lambda peer: lambda: peer.prefix(groups),
    }


def writing(data, numbers):
    """The workloads that fill an empty table, by name."""
    ordered = [(key, data.value) for key in data.keys[:: max(1, len(data.keys) // 100_000)]][:100_000]
    shuffled = numbers.sample(ordered, len(ordered))
    return {
        "put in one transaction, random": lambda peer: lambda: peer.put(shuffled),
        "put in one transaction, sorted": lambda peer: lambda: peer.put(ordered),
        "put_many(100,000), random, each": lambda peer: lambda: peer.put_many(shuffled, False),
        "put_many(100,000), sorted, each": lambda peer: lambda: peer.put_many(ordered, True),
    }


def committing(threads, commits, peer):
    """The workload of so many threads that each commit so many puts, one by one."""
    return lambda: peer.commits(threads, commits)


class Data:
    """What is stored: sorted keys, and one value for all."""

    def __init__(self, count):
        self.keys = keys_of(count)
        self.value = bytes(range(100))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument(
        "--pairs", type=int, default=7, help="how often each workload runs on both; at least 5 for a figure"
    )
    parser.add_argument("--only", default="", help="only workloads whose name contains this")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="scoped-lmdb-bench-", dir=os.environ.get("TMPDIR"))
    try:
        run(options, folder)
    finally:
        shutil.rmtree(folder)


def run(options, folder):
    print(
        f"scoped_lmdb {scoped_lmdb.__version__}, py-lmdb {peers.lmdb.__version__} (LMDB "
        f"{'.'.join(map(str, peers.lmdb.version()))}), Python {platform.python_version()}, {platform.machine()}, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {options.entries:,} x (16 + 100) bytes, "
        f"{options.pairs} pairs"
    )
    print(f"{'':<36}{'ours, ns':>12}{'theirs, ns':>12}{'ratio':>8}   (least to greatest)")
    data, numbers = Data(options.entries), random.Random(2)
    ours, theirs = (kind(os.path.join(folder, kind.__name__), durable=False) for kind in peers.BOTH)
    for peer in (ours, theirs):
        peer.load([(key, data.value) for key in data.keys])
    for name, workload in {**reading(data, numbers), **writing(data, numbers)}.items():
        if options.only in name:
            compare(name, workload, ours, theirs, options.pairs)
    ours.close()
    theirs.close()
    ours, theirs = (kind(os.path.join(folder, "durable " + kind.__name__), durable=True) for kind in peers.BOTH)
    for threads, commits in ((1, 200), (8, 50), (64, 20)):
        name = f"durable commit of a put, {threads} thread{'s' if threads > 1 else ''}"
        if options.only in name:
            workload = functools.partial(committing, threads, commits)
            compare(name, workload, ours, theirs, options.pairs, time.perf_counter_ns)
    ours.close()
    theirs.close()


if __name__ == "__main__":
    sys.exit(main())
