"""What the rule says about a script: computed from its description, one statement after the other."""

from __future__ import annotations

from collections.abc import Generator

from .model import (
    ERROR,
    FAIL,
    PASS,
    RETRY,
    Assign,
    AtExit,
    Block,
    Call,
    Die,
    Hold,
    Pool,
    Raise,
    Repeat,
    Return,
    Script,
    Stop,
    Threads,
    Try,
    Value,
)
from .verdicts import Attempt, Expected, Run, UnclearError, expected_run

STOPPED = 130


class DiedError(Exception):
    """The process is gone."""


class RaisedError(Exception):
    """An exception of the script."""

    def __init__(self, kind: str, code: int, is_natural: bool) -> None:
        self.kind, self.code, self.is_natural = kind, code, is_natural


class _Thread:
    def __init__(self, parent: _Thread | None = None) -> None:
        self.parent = parent
        self.run: Run | None = None
        # The run of the call that is in progress.
        self.current: Run | None = None
        self.worked_for: list[Run] = []
        self.loops: dict[str, int] = {} if parent is None else dict(parent.loops)

    def break_off(self) -> None:
        """An exception has left the thread."""
        if self.run is not None:
            self.run.failed = True
        for run in self.worked_for:
            run.failed = run.failed or run.is_open


Steps = Generator[None, None, Value | None]


class Oracle:
    """Follows one script."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.variables: dict[str, str | None] = {"SERIAL_NUMBER": script.serial, "PART_NUMBER": script.part}
        self.runs: list[Run] = []
        self.held: list[Steps] = []
        self.at_exit: list[tuple[Block, dict[str, int]]] = []
        self.crashed = False
        self.stopped = False
        self.asks = 0
        self.called_after_stop = False

    def expected(self) -> Expected:
        if self.script.refused is not None:
            return Expected([], 1, refused=True)
        main = _Thread()
        code = 0
        try:
            code = self._all(main)
        except DiedError:
            for run in self.runs:
                run.died = run.is_open
                # Nothing has followed that would have closed it for certain.
                run.may_fail = not run.is_superseded
            return Expected([expected_run(run) for run in self.runs], 0, False, self.asks, self.stopped, True)
        exit_code = None if self.called_after_stop else code
        return Expected([expected_run(run) for run in self.runs], exit_code, False, self.asks, self.stopped)

    def _all(self, main: _Thread) -> int:
        code = 0
        try:
            self._finish(self._main(main))
        except RaisedError as error:
            code = error.code
            if not error.is_natural:
                self.crashed = True
                for run in self.runs:
                    run.failed = run.failed or run.is_open
        for steps in self.held:
            self._finish(steps)
        for block, loops in reversed(self.at_exit):
            main.loops = loops
            try:
                self._finish(self._block(main, block))
            except RaisedError as error:
                if not error.is_natural and main.run is not None:
                    # Python ignores it, after the script's natural end.
                    main.run.may_fail = True
        return code

    def _finish(self, steps: Steps) -> None:
        for _ in steps:
            raise UnclearError("the main thread waits for ever")

    def _main(self, main: _Thread) -> Steps:
        if self.script.main is not None:
            yield from self._block(main, self.script.main)
            if not self.runs:
                raise UnclearError("nothing was called")
            return None
        for phase in self.script.phases:
            if phase.place in ("module", "if", "try", "with", "helper"):
                yield from self._call(main, Call(phase, {}))
        return None

    def _block(self, thread: _Thread, block: Block) -> Steps:
        """Returns what a `Return` in it returns."""
        for statement in block:
            match statement:
                case Return(value):
                    return value
                case Raise(_, kind, code, is_natural):
                    raise RaisedError(kind, code, is_natural)
                case Stop():
                    self.stopped = True
                    for run in self.runs:
                        run.stopped = run.stopped or run.is_open
                    raise RaisedError("base", STOPPED, False)
                case Die():
                    raise DiedError
                case Hold(forever):
                    yield
                    assert not forever
                case Assign(name, value):
                    self.variables[name] = _text(value, thread)
                case Call():
                    yield from self._call(thread, statement)
                case Repeat(variable, count, inner):
                    for number in range(count):
                        thread.loops[variable] = number
                        yield from self._block(thread, inner)
                case Try():
                    value = yield from self._try(thread, statement)
                    if value is not None:
                        return value
                case Threads(threads):
                    for each in threads:
                        self._start(thread, each.block, each.daemon)
                case Pool():
                    self._pool(thread, statement)
                case AtExit(inner):
                    self.at_exit.append((inner, dict(thread.loops)))
        return None

    def _try(self, thread: _Thread, statement: Try) -> Steps:
        # Not by `finally`: a thread that waits for ever is left in the middle of it.
        value: Value | None = None
        raised: RaisedError | None = None
        try:
            value = yield from self._block(thread, statement.block)
        except RaisedError as error:
            raised = error
        if raised is not None and statement.catches is not None and _catches(statement.catches, raised):
            try:
                yield from self._block(thread, statement.handler)
                if not statement.reraises:
                    raised = None
            except RaisedError as error:
                raised = error
        yield from self._block(thread, statement.final)
        if raised is not None:
            raise raised
        return value

    def _start(self, parent: _Thread, block: Block, daemon: bool) -> None:
        thread = _Thread(parent)
        steps = self._in_thread(thread, block)
        for _ in steps:
            if not daemon:
                self.held.append(steps)
            elif thread.run is not None:
                # It is cut off, perhaps between two phases.
                thread.run.may_fail = True
            return

    def _in_thread(self, thread: _Thread, block: Block) -> Steps:
        try:
            yield from self._block(thread, block)
        except RaisedError as error:
            if not error.is_natural:
                thread.break_off()
        if thread.run is not None:
            thread.run.is_open = False
        return None

    def _pool(self, parent: _Thread, pool: Pool) -> None:
        first_error = None
        for task in pool.tasks:
            # Whichever thread has it: each task begins with a unit of its own, or works for that of the parent.
            thread = _Thread(parent)
            try:
                self._finish(self._block(thread, task))
            except RaisedError as error:
                # The function of a task has no end by `sys.exit`.
                if error.kind == "exit":
                    raise UnclearError("an exit of a task") from error
                thread.break_off()
                first_error = first_error or error
            if thread.run is not None:
                thread.run.is_open = False
        if pool.asks_results and first_error is not None:
            raise first_error

    def _call(self, thread: _Thread, call: Call) -> Steps:
        phase = call.phase
        serial = _text(call.serial, thread)
        arguments = {**call.arguments, **({} if serial is None else {"serial_number": repr(serial)})}
        attempt = Attempt(phase.name, tuple(sorted(arguments.items())), thread, self.stopped)
        self.called_after_stop = self.called_after_stop or self.stopped
        run = self._run_of(thread, attempt, serial)
        run.attempts.append(attempt)
        outer, thread.current = thread.current, run
        body = phase.body or call.body
        assert body is not None
        raised: RaisedError | None = None
        value: Value | None = None
        try:
            value = yield from self._block(thread, body.block)
        except RaisedError as error:
            raised = error
        thread.current = outer
        attempt.ended_after_stop = self.stopped
        if raised is not None and (phase.decorator != "safe" or raised.kind != "error"):
            attempt.outcomes = frozenset({ERROR})
            raise raised
        if raised is not None or phase.decorator == "replacing":
            attempt.outcomes = frozenset({FAIL})
        elif value is None:
            attempt.outcomes = frozenset({PASS})
        else:
            attempt.outcomes, attempt.measurements = value.outcomes, value.measurements
        return None

    def _run_of(self, thread: _Thread, attempt: Attempt, serial: str | None) -> Run:
        if thread.current is not None:
            if thread.current.is_superseded:
                raise UnclearError("a phase within one that has not ended with its unit")
            return thread.current
        if thread.run is not None:
            return self._begin(thread, serial) if self._is_next_unit(thread.run, attempt, serial) else thread.run
        parents = thread.parent.run if thread.parent is not None else None
        if parents is not None and parents.is_open and attempt.name != parents.attempts[0].name:
            is_same_unit = (
                serial in (None, parents.serial_number) and self.variables["SERIAL_NUMBER"] == parents.variable
            )
            if is_same_unit:
                thread.worked_for.append(parents)
                return parents
        if thread.parent is not None and serial is None:
            raise UnclearError("which unit begins first in which thread")
        return self._begin(thread, serial)

    def _is_next_unit(self, run: Run, attempt: Attempt, serial: str | None) -> bool:
        first = run.attempts[0]
        if attempt.name != first.name:
            return False
        same = [each for each in run.attempts if (each.name, each.arguments) == (attempt.name, attempt.arguments)]
        if same and RETRY in (same[-1].outcomes or ()):
            is_same_unit = self.variables["SERIAL_NUMBER"] == run.variable and serial in (None, run.serial_number)
            names_unit = serial or not run.known or self.variables["SERIAL_NUMBER"] == run.serial_number
            if same[-1] is not run.attempts[-1] or not is_same_unit or not names_unit:
                raise UnclearError("whether the first phase is repeated, or the next unit begins")
            return False
        if all(each.name == first.name for each in run.attempts):
            number = serial or self.variables["SERIAL_NUMBER"]
            if run.known and number == run.serial_number and not same:
                return False
        return True

    def _begin(self, thread: _Thread, serial: str | None) -> Run:
        if self.stopped:
            raise UnclearError("a unit after a stop")
        number = serial or self.variables["SERIAL_NUMBER"]
        known = bool(number)
        if not number:
            self.asks += 1
            if not self.script.answers:
                if thread.run is not None:
                    raise UnclearError("the next unit is refused")
                raise RaisedError("exit", 0, True)
            number = f"ASKED-{self.asks}"
        if thread.run is not None:
            thread.run.is_open = False
            thread.run.is_superseded = True
            for each in thread.run.attempts:
                # In another thread.
                each.is_unfinished = each.outcomes is None
        # A unit that begins when the script has failed is not finished either.
        run = Run(
            number, known, self.variables["SERIAL_NUMBER"], self.variables["PART_NUMBER"], [], failed=self.crashed
        )
        thread.run = run
        self.runs.append(run)
        return run


def _text(text: str | None, thread: _Thread) -> str | None:
    if text is None:
        return None
    for name, number in thread.loops.items():
        text = text.replace(f"{{{name}}}", str(number))
    return text


def _catches(name: str, error: RaisedError) -> bool:
    if name == "BaseException":
        return True
    if name == "SystemExit":
        return error.kind == "exit"
    return error.kind == "error"
