"""Runs random scripts and compares what is stored with what an oracle says: `python test/runner/generator plain --count 10000`."""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])

from generator.harness import CAN_FORK, RUNNER, Harness  # noqa: E402
from generator.plain import check as plain  # noqa: E402
from generator.records import check as records  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["plain", "openhtf"])
    parser.add_argument("--count", type=int, default=int(os.environ.get("GENERATOR_COUNT", "300")))
    parser.add_argument(
        "--seed", type=int, default=int(os.environ.get("GENERATOR_SEED", "0")) or random.randrange(1_000_000_000)
    )
    parser.add_argument("--first", type=int, default=0, help="number of the first script")
    parser.add_argument(
        "--fresh", type=int, default=50, help="every so many scripts run in a process that is not forked"
    )
    parser.add_argument("--most", type=int, default=5, help="ends after so many differences")
    parser.add_argument("--show", action="store_true", help="prints the scripts and does not run them")
    parser.add_argument("--keep", type=Path, help="folder for the reports of OpenHTF tests, beside their records")
    parser.add_argument("--runner", type=Path, default=RUNNER)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    harness = Harness(options.runner)
    kind = plain if options.kind == "plain" else records
    if CAN_FORK:
        kind.preload(harness)
    begin = time.monotonic()
    differences = 0
    number = options.first
    for number in range(options.first, options.first + options.count):
        rng = random.Random(f"{options.seed}/{number}")
        problem = kind.check(
            harness,
            rng,
            fresh=options.fresh > 0 and (number + 1) % options.fresh == 0,
            show=options.show,
            keep=options.keep,
        )
        if problem is not None:
            differences += 1
            print(f"\n===== seed {options.seed}, script {number} =====\n{problem}", flush=True)
            if differences >= options.most:
                break
    harness.close()
    done = number - options.first + 1
    print(
        f"seed {options.seed}: {done} scripts in {time.monotonic() - begin:.1f} s, {differences} differences; {kind.counts()}"
    )
    sys.exit(1 if differences else 0)


main()
