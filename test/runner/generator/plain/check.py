"""Compares one random plain script with the oracle."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

from ..harness import Answers, Finished, Harness, Stored
from .model import Script
from .oracle import Oracle
from .scripts import Generator
from .source import MODULES, Writer
from .verdicts import Expected, ExpectedPhase, ExpectedRun, UnclearError

_seen: Counter[str] = Counter()


def counts() -> str:
    """What the expected runs were, to see that no kind is missing."""
    return ", ".join(f"{count} {name}" for name, count in sorted(_seen.items()))


def preload(harness: Harness) -> None:
    """Imports what most scripts import."""
    harness.preload(MODULES)


def check(harness: Harness, rng: random.Random, fresh: bool, show: bool, keep: Path | None = None) -> str | None:
    """Returns a description of the difference, or None."""
    del keep
    script, expected = _script(rng)
    files = Writer(script).files()
    text = "\n".join(f"# --- {name}\n{text}" for name, text in files.items())
    if show:
        print(text, expected, sep="\n")
        return None
    _seen.update("/".join(sorted(run.outcomes)) for run in expected.runs)
    _seen.update(
        {
            "scripts with no run": not expected.runs,
            "refused": expected.refused,
            "stopped": expected.stops,
            "died": expected.dies,
        }
    )
    answers = Answers(lambda number, own: own or f"ASKED-{number}" if script.answers else None)
    finished = harness.run(files, answers, fresh)
    problems = _differences(expected, finished)
    if not problems:
        return None
    kinds = " ".join(sorted({problem.partition(":")[0] for problem in problems}))
    _seen.update(f"difference {kind}" for kind in kinds.split(" "))
    found = "\n".join(f"  {_stored(each)}" for each in finished.stored + finished.pending)
    wanted = "\n".join(f"  {_wanted(each)}" for each in expected.runs)
    return (
        f"{text}\n--- differences\n" + "\n".join(problems) + f"\n--- expected\n{wanted}\n--- found\n{found}\n"
        f"--- stderr\n{finished.stderr[-1500:]}\n"
    )


def _script(rng: random.Random) -> tuple[Script, Expected]:
    while True:
        script = Generator(rng).script()
        try:
            return script, Oracle(script).expected()
        except UnclearError:
            continue


def _differences(expected: Expected, finished: Finished) -> list[str]:
    problems: list[str] = []
    if finished.hangs:
        problems.append("hangs: the script was killed")
    if finished.pending and not expected.dies:
        problems.append(f"pending: {len(finished.pending)} results were not handed over")
    ends = [event["exit_code"] for event in finished.named("script_ended")]
    if expected.exit_code is not None and ends != ([] if expected.dies else [expected.exit_code]):
        problems.append(f"exit: expected {expected.exit_code}, found {ends}")
    if expected.refused and [event["reason"] for event in finished.named("run_crashed")] != ["load_error"]:
        problems.append("refused: no load_error")
    if expected.refused and finished.stdout != "":
        problems.append("refused: the script ran")
    if "cannot report" in finished.stderr:
        problems.append("report: " + finished.stderr)
    left = finished.stored + (finished.pending if expected.dies else [])
    # Those with few possible outcomes choose first among the stored runs of a unit.
    for run in sorted(expected.runs, key=lambda each: len(each.outcomes)):
        same = [each for each in left if _numbers(each) == (run.serial_number, run.part_number)]
        # Several runs of one unit may be stored in any order.
        exact = [each for each in same if not _run_problems(run, each)]
        if exact:
            left.remove(exact[0])
        elif same:
            left.remove(same[0])
            problems += _run_problems(run, same[0])
        else:
            problems.append(f"missing: no run of {run.serial_number} {run.part_number}")
    problems += [f"surplus: {_stored(each)}" for each in left]
    completed = Counter((event["serial_number"], event["outcome"]) for event in finished.named("run_complete"))
    stored = Counter((each.entry["serial_number"], each.entry["outcome"]) for each in finished.stored)
    if completed != stored and not expected.dies:
        problems.append(f"events: run_complete {dict(completed)}, stored {dict(stored)}")
    return problems


def _run_problems(run: ExpectedRun, stored: Stored) -> list[str]:
    problems = []
    outcome = stored.body["outcome"]
    if outcome != stored.entry["outcome"]:
        problems.append(f"entry: {stored.entry['outcome']} but the body says {outcome}")
    if outcome not in run.outcomes:
        kind = f"false-{outcome}" if outcome == "PASS" else f"{'/'.join(sorted(run.outcomes))}-as-{outcome}"
        problems.append(f"{kind}: run of {run.serial_number}: expected {sorted(run.outcomes)}, found {outcome}")
    left = list(stored.body.get("phases") or [])
    for phase in run.phases:
        found = [each for each in left if _phase_problem(phase, each) is None]
        if found:
            left.remove(found[0])
            continue
        near = [each for each in left if _name(each) == phase.name]
        if not phase.may_miss:
            problems.append(
                f"phase: {run.serial_number}: {_phase_problem(phase, near[0]) if near else f'{phase.name} is missing'}"
            )
    wrong = len([problem for problem in problems if problem.startswith("phase:")])
    if len(left) > wrong:
        problems.append(
            f"phases: {run.serial_number}: surplus among {[(each['name'], each['outcome']) for each in left]}"
        )
    return problems


def _phase_problem(phase: ExpectedPhase, stored: dict[str, Any]) -> str | None:
    if _name(stored) != phase.name:
        return "another name"
    if stored["outcome"] not in phase.outcomes:
        return f"{phase.name}: expected {sorted(phase.outcomes)}, found {stored['outcome']}"
    measured = [(each["name"], each["outcome"]) for each in stored.get("measurements") or []]
    if phase.measurements is not None and stored["outcome"] in phase.outcomes:
        names = [name for name, _ in phase.measurements]
        if [name for name, _ in measured] != names:
            return f"{phase.name}: expected measurements {names}, found {measured}"
        for (name, allowed), (_, outcome) in zip(phase.measurements, measured, strict=True):
            if outcome not in allowed:
                return f"{phase.name}: measurement {name}: expected {sorted(allowed)}, found {outcome}"
    return None


def _name(stored: dict[str, Any]) -> str:
    return str(stored["name"]).partition("(")[0]


def _numbers(stored: Stored) -> tuple[str | None, str | None]:
    return stored.body.get("serial_number"), stored.body.get("part_number")


def _stored(stored: Stored) -> str:
    phases = [
        (each["name"], each["outcome"], [(m["name"], m["outcome"]) for m in each.get("measurements") or []])
        for each in stored.body["phases"]
    ]
    return f"{stored.body.get('serial_number')} {stored.body.get('part_number')} {stored.body['outcome']} {phases}"


def _wanted(run: ExpectedRun) -> str:
    phases = [(each.name, "/".join(sorted(each.outcomes)) + ("?" if each.may_miss else "")) for each in run.phases]
    return f"{run.serial_number} {run.part_number} {'/'.join(sorted(run.outcomes))} {phases}"
