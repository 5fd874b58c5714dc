"""The outcomes of runs by the calls that belong to them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from .model import ERROR, FAIL, PASS, RETRY, SKIP, Outcomes

ABORTED = "ABORTED"


class UnclearError(Exception):
    """The rule does not say what happens; such a script is not run."""


@dataclass
class Attempt:
    """One call of a phase."""

    name: str
    arguments: tuple[tuple[str, str], ...]
    thread: object
    began_after_stop: bool = False
    ended_after_stop: bool = False
    # The next unit began before it ended.
    is_unfinished: bool = False
    # None: it has not ended.
    outcomes: Outcomes | None = None
    measurements: list[tuple[str, Outcomes]] | None = field(default_factory=list)


@dataclass
class Run:
    """One unit under test."""

    serial_number: str | None
    known: bool
    # The module variable when the run began.
    variable: str | None
    part_number: str | None
    attempts: list[Attempt]
    is_open: bool = True
    # The next unit has begun.
    is_superseded: bool = False
    failed: bool = False
    # The rule leaves open whether it is failed.
    may_fail: bool = False
    stopped: bool = False
    died: bool = False


@dataclass
class ExpectedPhase:
    name: str
    outcomes: Outcomes
    measurements: list[tuple[str, Outcomes]] | None
    may_miss: bool = False
    # A retry that was repeated does not count.
    counts: bool = True


@dataclass
class ExpectedRun:
    serial_number: str | None
    part_number: str | None
    outcomes: Outcomes
    phases: list[ExpectedPhase]


@dataclass
class Expected:
    runs: list[ExpectedRun]
    # None: any.
    exit_code: int | None
    refused: bool = False
    asks: int = 0
    stops: bool = False
    dies: bool = False


def expected_run(run: Run) -> ExpectedRun:
    phases = []
    for position, attempt in enumerate(run.attempts):
        same = [
            each
            for each in run.attempts[position + 1 :]
            if (each.name, each.arguments) == (attempt.name, attempt.arguments)
        ]
        outcomes = frozenset({ERROR}) if attempt.outcomes is None or attempt.is_unfinished else attempt.outcomes
        if RETRY in outcomes and any(
            each.name == attempt.name and each.thread is not attempt.thread for each in run.attempts
        ):
            raise UnclearError("which of two threads was first")
        replaced = bool(same) and outcomes == {RETRY}
        if replaced:
            outcomes = frozenset({FAIL, SKIP})
        else:
            outcomes = frozenset(FAIL if each == RETRY else each for each in outcomes)
        if attempt.ended_after_stop:
            # A call that follows the stop may end the script.
            outcomes |= {ERROR}
        may_miss = attempt.began_after_stop or (run.died and attempt.outcomes is None)
        phases.append(
            ExpectedPhase(
                attempt.name, outcomes, None if attempt.is_unfinished else attempt.measurements, may_miss, not replaced
            )
        )
    counting = [phase.outcomes for phase in phases if phase.counts and not phase.may_miss]
    failures = [run.failed, True] if run.may_fail else [run.failed]
    verdicts = frozenset(
        _outcome(run, combination, failed) for combination in itertools.product(*counting) for failed in failures
    )
    if run.died and any(FAIL in each for each in counting):
        verdicts |= {FAIL}
    return ExpectedRun(run.serial_number, run.part_number, verdicts, phases)


def _outcome(run: Run, phases: tuple[str, ...], failed: bool) -> str:
    if run.stopped:
        return ABORTED
    if ERROR in phases or run.died:
        return ERROR
    if FAIL in phases:
        return FAIL
    if all(phase == SKIP for phase in phases) or failed:
        return ERROR
    return PASS
