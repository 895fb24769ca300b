"""What each study's quick run gave when it was last meant to change: tests/quick_runs.json.

    python3 tests/quick_runs.py [STUDY ..]

runs them anew, all or those named, on several of the kernels that OpenBLAS has for a processor,
and writes the file. Sums that rounding moves, so that the kernels disagree, are kept as null and
not compared. Further files, of other machines or other versions of numpy, are made with --one FILE
and taken in with --also FILE. What a full run would do, `FULL`, is kept as a checksum.
"""

import argparse
import json
import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEPT = HERE / "quick_runs.json"
KERNELS = ("Nehalem", "Sandybridge", "Haswell", "SkylakeX")
LEFT_OUT = ("needed", "claims")  # made of the committed results of others
DEPTH = 2  # names on a path; what lies below is added up


def condensed(value, path="", found=None):
    """{path: [how many, their sum, each times its number]} of the leaves of a JSON value.

    The entries of lists share a path. Texts count as a checksum, null and truth as numbers.
    """
    found = {} if found is None else found
    if isinstance(value, dict):
        for key, part in value.items():
            below = f"{path}.{key}" if path else key
            condensed(part, below if below.count(".") < DEPTH else path, found)
    elif isinstance(value, list):
        for part in value:
            condensed(part, f"{path}[]", found)
    else:
        number = checksum(value) if isinstance(value, str) else value
        n, total = found.get(path, (0, 0.0))
        found[path] = [n + 1, total + (n + 1) * (-7.0 if number is None else float(number))]
    return found


def checksum(text):
    return zlib.crc32(text.encode()) % 1000


def plan_of(study):
    """A study's full plan as one number; functions by their names."""
    return {"FULL": checksum(re.sub(r" at 0x\w+", "", repr(study.FULL)))}


def same(a, b):
    """To a millionth, as on another processor."""
    return a[0] == b[0] and math.isclose(a[1], b[1], rel_tol=1e-6, abs_tol=1e-9)


def changed(name, numbers, study):
    """Paths at which a study's numbers are not those that are kept."""
    if name in LEFT_OUT:
        return []
    kept, found = json.loads(KEPT.read_text())[name], condensed(plan_of(study) | numbers)
    apart = [p for p in kept if p in found and kept[p] and not same(kept[p], found[p])]
    return sorted(kept.keys() ^ found.keys()) + apart


def merged(several):
    """What all of them agree on; null where they do not."""
    first, *others = several
    return {
        name: {
            path: total if all(same(total, o[name].get(path, [0, 0])) for o in others) else None
            for path, total in sums.items()
        }
        for name, sums in first.items()
    }


def one(file, names):
    """Run studies here, in this process."""
    sys.path.insert(0, str(HERE.parent))
    from studies.lab import catalogue, provenance

    found = {}
    for name in names or [name for name in catalogue.names() if name not in LEFT_OUT]:
        study = catalogue.module_of(name)
        numbers = provenance.numbers(name, study.compute(study.QUICK, 1))
        found[name] = condensed(plan_of(study) | numbers)
    Path(file).write_text(json.dumps(found))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="STUDY", help="else all of them")
    parser.add_argument("--one", metavar="FILE", help="run them once, into this file, and no more")
    parser.add_argument("--also", action="append", default=[], metavar="FILE")
    options = parser.parse_args()
    if options.one:
        one(options.one, options.names)
        return
    with tempfile.TemporaryDirectory() as folder:
        files = [*options.also]
        for kernel in KERNELS:
            file = Path(folder, kernel)
            call = [sys.executable, __file__, *options.names, "--one", file]
            done = subprocess.run(call, env={**os.environ, "OPENBLAS_CORETYPE": kernel})
            if done.returncode == -signal.SIGILL:
                print(f"this processor has no {kernel}")
            else:
                done.check_returncode()
                files.append(file)
        found = merged([json.loads(Path(file).read_text()) for file in files])
    kept = {**(json.loads(KEPT.read_text()) if options.names else {}), **found}
    lines = (f"{json.dumps(k)}: {json.dumps(v)}" for k, v in kept.items())
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
