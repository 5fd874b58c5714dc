from __future__ import annotations

import os

from .failures import Failure
from .plain_calls import PhaseCall, PhaseFunction
from .plain_run import PlainRun
from .verdict import ERROR, FAIL, PASS, RETRY, SKIP, Ending, PhaseResult, evaluated_measurement


class TestPhase:
    """A phase of a test framework that is in progress. If it is repeated, each attempt is a call of its own."""

    def __init__(self, run: PlainRun, function: PhaseFunction) -> None:
        self._run = run
        self._function = function
        self._has_begun = False
        self._begin()

    def begin_attempt(self) -> None:
        if self._has_begun:
            self._run.finish(self.call, PhaseResult(RETRY, self.measurements), self.failure)
            self._begin()
        self._has_begun = True

    def _begin(self) -> None:
        self.call: PhaseCall = self._run.begin(self._function, None)
        self.measurements: list[dict[str, object]] = []
        self.outcome = ERROR  # until the framework reports another one
        self.failed = False
        self.failure: Failure | None = None
        self._problem: str | None = None
        self._process = os.getpid()

    def measure(self, given: dict[str, object]) -> bool:
        """Records a measurement; returns whether it is within its limits.

        Raises:
            ValueError: It has no meaning as a result.
            RuntimeError: It belongs to no test that is in progress in this process.
        """
        if os.getpid() != self._process:
            raise RuntimeError("A child process cannot record measurements of a test.")
        if self.call.outcome is not None:
            why = f"{given.get('name')!r} was measured after the test {self.call.name} had ended."
            self._run.set_ending(Ending.BROKEN, why)
            raise RuntimeError(why)
        try:
            measurement = evaluated_measurement(given)
        except Exception as error:
            # The test may catch the exception and continue, but it must not pass.
            self._problem = f"The test {self.call.name} {error}"
            raise ValueError(self._problem) from error
        self.measurements.append(measurement)
        self._run.report_measurement(self.call, measurement)
        return measurement["outcome"] != FAIL

    @property
    def outside_limits(self) -> list[str]:
        return [str(measurement["name"]) for measurement in self.measurements if measurement["outcome"] == FAIL]

    def finish(self) -> None:
        outcome = self.outcome
        if outcome in (PASS, SKIP) and self.outside_limits:
            outcome = FAIL
        if self._problem is not None:
            outcome = ERROR
        self._run.finish(self.call, PhaseResult(outcome, self.measurements, self._problem), self.failure)
