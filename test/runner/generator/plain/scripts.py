"""Random scripts, as descriptions."""

from __future__ import annotations

import random

from . import measurements, values
from .model import (
    ERROR,
    FAIL,
    PASS,
    RETRY,
    SKIP,
    Assign,
    AtExit,
    Block,
    Body,
    Call,
    Die,
    Hold,
    Phase,
    Pool,
    Raise,
    Repeat,
    Return,
    Script,
    Statement,
    Stop,
    Thread,
    Threads,
    Try,
    Value,
)

_ERRORS = [
    'ValueError("no value")', "ConnectionError()", "Broken()", 'OSError(2, "no file")', "StopIteration()", "ZeroDivisionError", "AssertionError()",
    "NotImplementedError", "MemoryError()", "RecursionError()", "Unprintable()", "AttributeError('x')", "TimeoutError()", "EOFError()",
]  # fmt: skip
_BASE_ERRORS = ["KeyboardInterrupt()", "GeneratorExit()", "BaseException('all')", "Severe()"]
# Source text, exit code, whether the end is natural.
_EXITS = [
    ("sys.exit()", 0, True), ("sys.exit(0)", 0, True), ("sys.exit(None)", 0, True), ("raise SystemExit", 0, True), ("sys.exit(False)", 0, True),
    ("sys.exit(1)", 1, False), ("sys.exit(3)", 3, False), ('sys.exit("no fixture")', 1, False), ("sys.exit(True)", 1, False), ("sys.exit(256)", 0, False),
    ("raise SystemExit(2)", 2, False), ("sys.exit(-1)", 255, False), ("sys.exit((0,))", 0, True), ("sys.exit((2,))", 2, False), ('sys.exit("")', 1, False), ("sys.exit(0.0)", 1, False), ("exit(1)", 1, False), ("sys.exit(object())", 1, False),
]  # fmt: skip

_REFUSED = [
    "async def phase_wait():\n    pass\n",
    "def phase_steps():\n    yield True\n",
    "def phase_steps():\n    if False:\n        yield\n",
    "def phase_steps():\n    value = yield from ()\n    return value\n",
    "def make():\n    async def phase_wait():\n        pass\n    return phase_wait\n",
    "class Bench:\n    def phase_steps(self):\n        yield\n",
    "class Bench:\n    @staticmethod\n    async def phase_wait():\n        return True\n",
    "if True:\n    async def phase_wait():\n        return True\n",
    "try:\n    pass\nexcept ValueError:\n    def phase_steps():\n        x = [(yield)]\n",
    "async def phase_wait():\n    yield 1\n",
    "def phase_steps():\n    with open('x') as file:\n        for line in file:\n            yield line\n",
]


class Generator:
    """Makes one script of a random number generator."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._mood = rng.choices(["good", "one", "mixed"], [45, 30, 25])[0]
        self._odd_left = 1
        self._bodies = 0
        self._phases: list[Phase] = []
        self._serials = 0
        self._disturbances = rng.choice([0, 0, 0, 1, 1, 2])
        self._stop_left = rng.random() < 0.06

    def script(self) -> Script:
        rng = self._rng
        kind = rng.choices(["calls", "defines", "refused"], [84, 12, 4])[0]
        for number in range(rng.randrange(1, 6)):
            self._phases.append(self._phase(number, kind))
        script = Script(self._phases, None, "module", part=rng.choice([None, "PCBA01", "PCBA01"]))
        if rng.random() < 0.8:
            script.serial = self._serial()
        script.answers = rng.random() < 0.93
        script.style = rng.choice(["module", "function", "guard"])
        if kind == "calls":
            script.main = self._main()
        if kind == "refused":
            script.refused = rng.choice(_REFUSED)
            script.main = self._main() if rng.random() < 0.5 else None
        return script

    # --- Phases ---

    def _phase(self, number: int, kind: str) -> Phase:
        rng = self._rng
        places = ["module"] * 6 + ["if", "try", "with", "helper"]
        if kind == "calls":
            places += ["function", "static", "method"]
        place = rng.choice(places)
        parameters = []
        if kind == "calls" or rng.random() < 0.1:
            parameters = [name for name, chance in (("serial_number", 0.25), ("channel", 0.4)) if rng.random() < chance]
        name = f"phase_{'abcdefgh'[number]}"
        phase = Phase(
            name, place, parameters, None, rng.choice(["traced"] * 2 + ["safe"]) if rng.random() < 0.15 else None
        )
        if self._mood == "mixed" and rng.random() < 0.05:
            phase.decorator = "replacing"
        if kind != "calls" or place == "helper" or rng.random() < 0.5:
            phase.body = self._body(simple=place == "helper", depth=1)
        return phase

    def _body(self, simple: bool = False, depth: int = 0) -> Body:
        """Args: simple: only a result; depth: how deep calls are nested already."""
        rng = self._rng
        self._bodies += 1
        block: Block = []
        number = self._bodies
        end = self._end()
        block = [end] if end is not None else []
        if not simple and depth < 3:
            # Only phases that exist already: an inline body cannot call itself for ever.
            callable_phases = [phase for phase in self._phases if phase.body is not None or depth > 0]
            if callable_phases and rng.random() < 0.12:
                block.insert(0, self._call(rng.choice(callable_phases), depth=depth + 1, nested=True))
            if rng.random() < 0.1:
                block = [Try(block, None, [], self._calls_in_finally(callable_phases, depth))]
            if rng.random() < 0.08:
                block = [Try([self._raise(False)], "Exception", [], []), *block]
        return Body(block, number)

    def _calls_in_finally(self, phases: list[Phase], depth: int) -> Block:
        return [self._call(self._rng.choice(phases), depth=depth + 1, nested=True)] if phases else []

    def _end(self) -> Return | Raise | None:
        rng = self._rng
        odd = {"good": 0.0, "one": 0.3 if self._odd_left else 0.0, "mixed": 0.35}[self._mood]
        if rng.random() >= odd:
            if rng.random() < 0.25:
                goods = [measurements.good_measurement(rng, f"m{number}") for number in range(rng.randrange(1, 3))]
                return Return(measurements.measured(rng, rng.choice([None, PASS]), goods))
            return None if rng.random() < 0.15 else Return(values.passing(rng))
        self._odd_left = 0
        kind = rng.choices(["word", "odd", "measured", "raise"], [25, 30, 35, 10])[0]
        if kind == "raise":
            return self._raise(True)
        return Return(self._odd_value(kind))

    def _odd_value(self, kind: str) -> Value:
        rng = self._rng
        if kind == "word":
            return values.with_outcome(rng, rng.choice([FAIL, FAIL, SKIP, ERROR, RETRY]))
        if kind == "odd":
            return values.odd(rng)
        count = rng.choice([1, 1, 1, 2, 3])
        measured = [measurements.random_measurement(rng, f"m{number}") for number in range(count)]
        outcome = rng.choice([None, None, None, PASS, PASS, FAIL, SKIP, RETRY, ERROR])
        return measurements.measured(rng, outcome, measured)

    def _raise(self, exits: bool) -> Raise:
        rng = self._rng
        chance = rng.random()
        if exits and chance < 0.45:
            source, code, is_natural = rng.choice(_EXITS)
            return Raise(source, "exit", code, is_natural)
        if exits and chance < 0.55:
            source = rng.choice(_BASE_ERRORS)
            return Raise(f"raise {source}", "base", 130 if source.startswith("KeyboardInterrupt") else 1)
        return Raise(f"raise {rng.choice(_ERRORS)}", "error")

    # --- Calls ---

    def _serial(self) -> str:
        self._serials += 1
        return f"SN-{self._serials}"

    def _call(self, phase: Phase, depth: int = 0, nested: bool = False, serial: str | None = None) -> Call:
        rng = self._rng
        arguments = {}
        if "channel" in phase.parameters and rng.random() < 0.7:
            arguments["channel"] = rng.choice(["0", "1", "2", '"A"', "None", "[1, 2]"])
        if "serial_number" not in phase.parameters or (serial is None and rng.random() < 0.7):
            serial = None
        elif serial is None and not nested:
            serial = self._serial()
        if nested:
            serial = None
        return Call(phase, arguments, serial, None if phase.body is not None else self._body(depth=depth))

    def _unit(self, first: Phase, others: list[Phase], variable: str | None, serial: str | None) -> Block:
        """Returns the calls for a unit, with repeats, retries and channels."""
        rng = self._rng
        block: Block = []
        if serial is None and rng.random() < 0.6:
            text = f"{self._serial()}-{{{variable}}}" if variable is not None else self._serial()
            if rng.random() < 0.05:
                text = rng.choice(["", None])
            block.append(Assign("SERIAL_NUMBER", text))
        if rng.random() < 0.1:
            block.append(Assign("PART_NUMBER", rng.choice(["PCBA02", "PCBA03"])))
        if serial is None and "serial_number" in first.parameters and rng.random() < 0.5:
            serial = self._serial() + (f"-{{{variable}}}" if variable is not None else "")
        if rng.random() < 0.15:
            block += self._retry(first, serial)
        else:
            block.append(self._call(first, serial=serial))
        if "channel" in first.parameters and rng.random() < 0.5:
            block += self._channels(first, serial)
        for phase in rng.choices(others, k=rng.randrange(4)) if others else []:
            chance = rng.random()
            if "channel" in phase.parameters and chance < 0.3:
                block += self._channels(phase, None)
            elif chance < 0.4:
                block += self._retry(phase)
            else:
                block.append(self._call(phase))
        return block

    def _channels(self, phase: Phase, serial: str | None) -> Block:
        calls: Block = []
        for channel in range(self._rng.randrange(2, 5)):
            call = self._call(phase, serial=serial)
            call.arguments["channel"] = str(channel)
            calls.append(call)
        return calls

    def _retry(self, phase: Phase, serial: str | None = None) -> Block:
        """Returns a call that asks for a retry, and perhaps the retry."""
        rng = self._rng
        first = self._call(phase, serial=serial)
        if phase.body is not None or self._mood == "good":
            return [first]
        self._bodies += 1
        value = values.with_outcome(rng, RETRY)
        if rng.random() < 0.3:
            value = measurements.measured(rng, RETRY, [measurements.random_measurement(rng, "m0")])
        first.body = Body([Return(value)], self._bodies)
        if rng.random() < 0.2:
            return [first]
        again = Call(phase, dict(first.arguments), first.serial, self._body())
        return [first, again]

    # --- The script ---

    def _main(self) -> Block:
        rng = self._rng
        first, *others = self._phases
        if rng.random() < 0.15:
            others = [*others, first]
        block: Block = []
        for _ in range(rng.choice([1, 1, 2, 3])):
            if rng.random() < 0.3:
                unit = self._unit(first, others, "i", None)
                block.append(Repeat("i", rng.randrange(1, 4), self._disturbed(unit)))
            else:
                block += self._unit(first, others, None, None)
        block = self._disturbed(block)
        takes_serial = [phase for phase in self._phases if "serial_number" in phase.parameters]
        if takes_serial and rng.random() < 0.45:
            block.insert(rng.choice([0, len(block), rng.randrange(len(block) + 1)]), self._parallel(takes_serial[0]))
            if rng.random() < 0.3:
                block = [each for each in block if isinstance(each, (Threads, Pool, Raise))]
        if rng.random() < 0.15:
            block.insert(rng.randrange(len(block) + 1), self._parallel(None))
        if rng.random() < 0.08:
            inner: Block = [self._call(rng.choice(self._phases))] if rng.random() < 0.5 else []
            if rng.random() < 0.6:
                inner.append(self._raise(True))
            block.insert(rng.randrange(len(block) + 1), AtExit(inner))
        if self._disturbances and rng.random() < 0.3:
            block = [Try(block, rng.choice(["Exception", "SystemExit", "BaseException"]), self._handler(), [])]
        if rng.random() < 0.1:
            source, code, is_natural = rng.choice(_EXITS)
            block.append(Raise(source, "exit", code, is_natural))
        return block

    def _parallel(self, first: Phase | None) -> Statement:
        """Returns threads or a pool with units of their own; without `first`, for the unit of the thread that starts them."""
        rng = self._rng
        others = [
            phase
            for phase in self._phases
            if phase is not first and (first is not None or phase is not self._phases[0])
        ]
        if rng.random() < 0.5:
            tasks = [self._task(first, others, False) for _ in range(rng.randrange(1, 5))]
            return Pool(rng.randrange(1, 4), tasks, rng.random() < 0.5)
        threads = []
        for _ in range(rng.randrange(1, 4)):
            daemon = rng.random() < 0.25
            block = self._task(first, others, True)
            if rng.random() < 0.3:
                block += self._task(first, others, True)
            if daemon:
                block.insert(rng.randrange(min(1, len(block)), len(block) + 1), Hold(forever=True))
            elif rng.random() < 0.25:
                block.insert(rng.randrange(min(1, len(block)), len(block) + 1), Hold())
            if rng.random() < 0.4:
                self._hold_inside(block)
            threads.append(Thread(block, daemon))
        return Threads(threads)

    def _hold_inside(self, block: Block) -> None:
        """Moves a `Hold` into a phase."""
        holds = [each for each in block if isinstance(each, Hold)]
        calls = [each for each in block if isinstance(each, Call) and each.body is not None]
        if holds and calls:
            block.remove(holds[0])
            body = self._rng.choice(calls).body
            assert body is not None
            body.block.insert(0, holds[0])

    def _task(self, first: Phase | None, others: list[Phase], with_exits: bool) -> Block:
        rng = self._rng
        block: Block = []
        if first is not None:
            block = [self._call(first, serial=self._serial())]
        elif rng.random() < 0.1:
            others = self._phases
        calls = (
            [self._call(phase, nested=first is None) for phase in rng.choices(others, k=rng.randrange(3))]
            if others
            else []
        )
        block += calls
        if rng.random() < 0.25:
            block.insert(rng.randrange(len(block) + 1), self._raise(with_exits))
        return block or [Assign("unused", None)]

    def _handler(self) -> Block:
        rng = self._rng
        chance = rng.random()
        if chance < 0.25:
            return [self._call(rng.choice(self._phases))]
        if chance < 0.4:
            return [self._raise(True)]
        return []

    def _disturbed(self, block: Block) -> Block:
        """Puts an exception, an exit, a stop or a `try` at a random place."""
        rng = self._rng
        block = list(block)
        while self._disturbances and rng.random() < 0.7:
            self._disturbances -= 1
            place = rng.randrange(len(block) + 1)
            chance = rng.random()
            if rng.random() < 0.04:
                block.insert(
                    place,
                    Die(
                        rng.choice(["os._exit(0)", "os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)", "os.abort()"])
                    ),
                )
            elif self._stop_left:
                self._stop_left = False
                block.insert(place, Stop())
            elif chance < 0.4:
                block.insert(place, self._raise(True))
            elif chance < 0.6:
                # Swallowed, or not, by what is around it.
                inner = block[place:]
                inner.insert(rng.randrange(len(inner) + 1), self._raise(True))
                block[place:] = [self._try(inner)]
            elif chance < 0.9:
                block[place:] = [self._try(block[place:])]
            else:
                calls = [each for each in block if isinstance(each, Call) and each.body is not None]
                if calls:
                    body = rng.choice(calls).body
                    assert body is not None
                    body.block.insert(0, self._raise(True))
        return block

    def _try(self, block: Block) -> Try:
        rng = self._rng
        catches = rng.choice([None, "Exception", "Exception", "SystemExit", "BaseException"])
        final: Block = []
        if rng.random() < 0.4:
            final = [self._call(rng.choice(self._phases))]
        if rng.random() < 0.08:
            final.append(self._raise(True))
        handler = self._handler() if catches is not None else []
        return Try(block, catches, handler, final, catches is not None and rng.random() < 0.25)
