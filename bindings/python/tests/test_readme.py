# Do the first example of README.md, and the one of docs/operations.md, run as they stand?

import os
import re
import subprocess
import sys
from pathlib import Path

import scoped_lmdb


def test_first_example(tmp_path):
    text = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", text, flags=re.S).group(1)
    # The example runs in another folder, where a relative path to the package would lead nowhere.
    variables = {**os.environ, "PYTHONPATH": str(Path(scoped_lmdb.__file__).resolve().parents[1])}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", example], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stderr) == (0, "")
    wanted = re.findall(r"# prints (.*)$", example, flags=re.M)
    assert done.stdout.splitlines() == wanted


def test_example_for_operations(tmp_path):
    text = (Path(__file__).resolve().parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", text, flags=re.S).group(1)
    variables = {**os.environ, "PYTHONPATH": str(Path(scoped_lmdb.__file__).resolve().parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == re.findall(r"# prints (.*)$", example, flags=re.M)
