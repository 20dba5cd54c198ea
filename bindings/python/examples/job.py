"""A job with a scope for each worker process: `python job.py data 4`.

Each worker counts words into a scope of its own, so none waits for another's entries or sees them half done; then the
scopes are merged into one and dropped. A worker that dies leaves its scope, which says how far it came.
"""

import collections
import multiprocessing
import sys

import scoped_lmdb

TEXT = ["the", "quick", "brown", "fox", "jumps", "over", "the", "lazy", "dog", "and", "the", "cat", "sleeps"]


def work(env, number):
    """Counts every so-manieth word. An Env comes to a spawned process as its path and options, and is opened there."""
    counts = collections.Counter(TEXT[number::4])
    env.database("counts").scope(f"worker {number}").update(counts)
    env.close()


def merge(env):
    """Adds up what the workers found, in one transaction, and drops their scopes."""
    counts = env.database("counts")
    with env.write() as txn:
        total = counts.scope("total").within(txn)
        for scope in env.scopes(txn):
            if scope.name.startswith("worker "):
                for word, count in counts.range(txn, scope.name):
                    total[word] = total.get(word, 0) + count
                env.drop_scope(scope.name, txn=txn)
    return dict(counts.scope("total").items())


def main(folder, workers):
    """Runs the workers and prints the words that came most often."""
    context = multiprocessing.get_context("spawn")
    with scoped_lmdb.open(folder) as env:
        processes = [context.Process(target=work, args=(env, number)) for number in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        counted = merge(env)
    for word, count in sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))[:3]:
        print(word, count)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
