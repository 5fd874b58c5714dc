"""Random scripts with OpenHTF tests, which write down their own records."""

from __future__ import annotations

import random
from pathlib import Path

# The beginning of each script.
_TOP = (Path(__file__).parent / "top.py").read_text(encoding="utf-8")

_RESULTS = ["CONTINUE", "CONTINUE", "FAIL_AND_CONTINUE", "SKIP", "STOP", "FAIL_SUBTEST"]
_ODD_RESULTS = [
    '"PASS"',
    "True",
    "False",
    "0",
    "1",
    '"CONTINUE"',
    "[]",
    "{}",
    "object",
    "htf.PhaseResult",
    "(htf.PhaseResult.CONTINUE,)",
]


class Generator:
    """Makes one script of a random number generator."""

    def __init__(self, rng: random.Random, has_repeat_on_fail: bool) -> None:
        """Args: has_repeat_on_fail: whether OpenHTF has the option `repeat_on_measurement_fail`."""
        self._rng = rng
        self._has_repeat_on_fail = has_repeat_on_fail
        self._parts: list[str] = []
        self._names = 0
        self._trouble = rng.choice([0.0, 0.1, 0.3, 0.3, 0.6])
        self._stop_left = rng.random() < 0.07
        self._phase_diagnosers = self._diagnosers("Phase")
        self._test_diagnosers = self._diagnosers("Test")
        self.stops = False

    def script(self) -> str:
        rng = self._rng
        count = rng.choice([1, 1, 1, 2, 3])
        tests = [self._test() for _ in range(count)]
        in_threads = count > 1 and not self.stops and rng.random() < 0.4
        runs = [f"test_{number}.execute({start})" for number, start in enumerate(tests)]
        if in_threads:
            body = "threads = []\n"
            for run in runs:
                body += f"threads.append(threading.Thread(target=lambda: {run}))\n"
            body += "for thread in threads:\n    thread.start()\nfor thread in threads:\n    thread.join()\n"
        else:
            repeated = [f"for _ in range(2):\n    {run}" if rng.random() < 0.1 else run for run in runs]
            body = "\n".join(repeated) + "\n"
        end = rng.random()
        if end < 0.1:
            body += rng.choice(["raise SystemExit(1)\n", 'raise Broken("after all tests")\n', "raise SystemExit(0)\n"])
        return _TOP + "\n".join(self._parts) + "\n" + body

    def _name(self, kind: str) -> str:
        self._names += 1
        return f"{kind}_{self._names}"

    def _test(self) -> str:
        """Defines a test; returns the arguments of `execute`."""
        rng = self._rng
        number = len([part for part in self._parts if part.startswith("test_")])
        nodes = [self._node(0) for _ in range(rng.randrange(1, 5))]
        if rng.random() < 0.03:
            nodes = []
        options = ['part_number="PCBA01"', f'procedure_id="{_PROCEDURE}"'] if rng.random() < 0.8 else []
        name = f"test_{number}"
        lines = [f"{name} = htf.Test({', '.join(nodes + options)})"]
        configured = []
        if rng.random() < 0.2:
            configured.append("failure_exceptions=[Expected]")
        if rng.random() < 0.12:
            configured.append("stop_on_first_failure=True")
        if rng.random() < 0.3:
            configured.append(f'name="board {number}"')
        if rng.random() < 0.2:
            configured.append('default_dut_id="SN-DEFAULT"')
        if configured:
            lines.append(f"{name}.configure({', '.join(configured)})")
        if rng.random() < 0.2:
            lines.append(f"{name}.add_test_diagnosers({rng.choice(self._test_diagnosers)})")
        if rng.random() < 0.1:
            lines.append(f"{name}.add_output_callbacks(lambda record: 1 / 0)")
        lines.append(f"{name}.add_output_callbacks(write_record)")
        self._parts.append("\n".join(lines) + "\n")
        chance = rng.random()
        if chance < 0.75:
            return f'test_start=lambda: "SN-{number}"'
        if chance < 0.85:
            trigger = self._name("trigger")
            self._parts.append(
                f'@htf.PhaseOptions()\ndef {trigger}(test):\n    test.test_record.dut_id = "SN-TRIGGER"\n'
            )
            return f"test_start={trigger}"
        if chance < 0.9 and self._trouble:
            trigger = self._name("trigger")
            self._parts.append(f"@htf.PhaseOptions()\ndef {trigger}(test):\n    raise Broken('no unit')\n")
            return f"test_start={trigger}"
        return ""

    def _node(self, depth: int) -> str:
        rng = self._rng
        chance = rng.random()
        if depth >= 3 or chance < 0.6:
            return self._phase()
        inner = [self._node(depth + 1) for _ in range(rng.randrange(1, 4))]
        listed = ", ".join(inner)
        if chance < 0.72:
            setup, teardown = ([self._phase(may_stop) for _ in range(rng.randrange(3))] for may_stop in (True, False))
            return f"htf.PhaseGroup(setup=[{', '.join(setup)}], main=[{listed}], teardown=[{', '.join(teardown)}])"
        if chance < 0.82:
            return f'htf.Subtest("{self._name("subtest")}", {listed})'
        if chance < 0.88:
            condition = rng.choice(["on_all", "on_any", "on_not_all", "on_not_any"])
            found = ", ".join(f"Found.{each}" for each in rng.sample(["ONE", "TWO", "BAD"], rng.randrange(1, 3)))
            return f'htf.BranchSequence(htf.DiagnosisCondition.{condition}({found}), {listed}, name="{self._name("branch")}")'
        if chance < 0.94:
            action = rng.choice(["", "", ", action=htf.PhaseResult.FAIL_SUBTEST"])
            name = self._name("checkpoint")
            if rng.random() < 0.6:
                kind = rng.choice(["last", "all_previous", "subtest_previous"])
                return f'htf.PhaseFailureCheckpoint.{kind}("{name}"{action})'
            return f'htf.DiagnosisCheckpoint("{name}", htf.DiagnosisCondition.on_any(Found.BAD){action})'
        return f"htf.PhaseSequence({listed})"

    def _diagnosers(self, kind: str) -> list[str]:
        """Defines diagnosers; returns their names."""
        argument = "record" if kind == "Phase" else "record, store"
        bodies = [
            "return None",
            'return htf.Diagnosis(Found.ONE, "one")',
            'return htf.Diagnosis(Found.BAD, "bad", is_failure=True)',
            "return [htf.Diagnosis(Found.TWO, 'two'), htf.Diagnosis(Found.ONE, 'one', is_internal=True)]"
            if kind == "Phase"
            else "return [htf.Diagnosis(Found.TWO, 'two'), htf.Diagnosis(Found.ONE, 'one')]",
            "return htf.Diagnosis(Found.BAD, 'bad', component=htf.DiagnosisComponent('U1', 'SN-U1'), is_failure=True)",
            "raise Broken('no diagnosis')",
            "return 5",
        ]
        names = []
        for number, body in enumerate(bodies):
            name = f"{kind.lower()}_diagnoser_{number}"
            options = ", always_fail=True" if number == 1 and self._rng.random() < 0.3 else ""
            if options:
                body = body.replace('"one")', '"one", is_failure=True)')
            self._parts.append(f"@htf.{kind}Diagnoser(Found{options})\ndef {name}({argument}):\n    {body}\n")
            names.append(name)
        return names if self._trouble else names[:2]

    def _phase(self, may_stop: bool = True) -> str:
        """Defines a phase; returns its name.

        Args:
            may_stop: whether it may wait for a stop, which OpenHTF leaves unnoticed in a teardown phase.
        """
        rng = self._rng
        name = self._name("phase")
        decorators: list[str] = []
        lines: list[str] = []
        arguments = "test"
        options = []
        is_bad = rng.random() < self._trouble
        repeats = False
        if rng.random() < 0.25:
            options.append(f"repeat_limit={rng.randrange(1, 4)}")
            repeats = True
        if rng.random() < 0.08:
            options.append(f"run_if=lambda: {rng.choice(['True', 'False', 'False'])}")
        if repeats and rng.random() < 0.2:
            options.append("force_repeat=True")
        if repeats and self._has_repeat_on_fail and rng.random() < 0.4:
            options.append("repeat_on_measurement_fail=True")
        if rng.random() < 0.1:
            options.append("stop_on_measurement_fail=True")
        if rng.random() < 0.1:
            options.append(f'name="{rng.choice(["named", "same name", name.upper(), "Prüfung"])}"')
        timeout = is_bad and rng.random() < 0.06
        if timeout:
            options.append("timeout_s=0.03")
            if repeats and rng.random() < 0.5:
                options.append("repeat_on_timeout=True")
        if options:
            decorators.append(f"@htf.PhaseOptions({', '.join(options)})")
        if rng.random() < 0.45:
            self._measurements(decorators, lines, is_bad)
        if rng.random() < 0.2:
            chosen = rng.sample(self._phase_diagnosers, 1)
            decorators.append(f"@htf.diagnose({', '.join(chosen)})")
        if rng.random() < 0.1:
            plug = rng.choice(["Instrument"] * 3 + (["BrokenInstrument", "FallingInstrument"] if is_bad else []))
            decorators.append(f"@htf.plug(instrument={plug})")
            arguments += ", instrument"
        if rng.random() < 0.1:
            lines.append('test.attach("notes", b"some notes")')
        if rng.random() < 0.06:
            lines.append('test.test_record.dut_id = "SN-SCANNED"')
        if timeout:
            lines.append("sleep_long()")
        elif may_stop and self._stop_left and rng.random() < 0.3:
            self._stop_left = False
            self.stops = True
            lines.append("stop_here()")
        elif repeats and rng.random() < 0.6:
            lines.append(f'if count("{name}") <= {rng.randrange(1, 5)}:\n        return htf.PhaseResult.REPEAT')
        if is_bad:
            chance = rng.random()
            if chance < 0.45:
                lines.append(f"return htf.PhaseResult.{rng.choice(_RESULTS)}")
            elif chance < 0.55:
                lines.append(f"return {rng.choice(_ODD_RESULTS)}")
            elif chance < 0.75:
                error = rng.choice(
                    [
                        "Broken()",
                        "Expected('expected')",
                        "ValueError('x')",
                        "SystemExit(1)",
                        "SystemExit(0)",
                        "AssertionError",
                        "StopIteration()",
                    ]
                )
                lines.append(f"raise {error}")
        body = "\n    ".join(lines or ["pass"])
        top = "".join(f"{each}\n" for each in decorators)
        self._parts.append(f"{top}def {name}({arguments}):\n    {body}\n")
        return name

    def _measurements(self, decorators: list[str], lines: list[str], is_bad: bool) -> None:
        rng = self._rng
        for number in range(rng.randrange(1, 4)):
            name = f"m{number}"
            kind = rng.choice(
                ["range", "range", "range", "plain", "text", "rows", "validator", "marginal", "unset", "percent"]
            )
            value = (
                rng.choice([3.3, 3.3, 3.3, 3, 3.5])
                if not is_bad
                else rng.choice([3.3, 9.9, 0, -1, 'float("nan")', '"text"', "None", "True", "1e300"])
            )
            declared = f'htf.Measurement("{name}")'
            if rng.random() < 0.2:
                declared += ".with_units(units.VOLT)"
            if rng.random() < 0.1:
                declared += '.doc("What is measured.")'
            if kind == "range":
                declared += (
                    f".in_range({rng.choice(['3, 4', '3, None', 'None, 4', '3.3, 3.3'])})"
                    if not is_bad
                    else ".in_range(3, 4)"
                )
            elif kind == "marginal":
                declared += ".in_range(0, 10, marginal_minimum=3.2, marginal_maximum=3.4)"
                value = rng.choice([3.3, 3.5, 1, 12])
            elif kind == "percent":
                declared += ".within_percent(3.3, 5)"
            elif kind == "text":
                declared += rng.choice(['.equals("3.3")', '.matches_regex("^a")', '.equals("abc")'])
                value = rng.choice(['"abc"', '"3.3"', '"xyz"'])
            elif kind == "validator":
                declared += rng.choice(
                    [".with_validator(lambda value: True)", ".with_validator(lambda value: value < 4)"]
                    + ([".with_validator(lambda value: 1 / 0)"] if is_bad else [])
                )
            elif kind == "rows":
                declared += (
                    '.with_dimensions("x")' if rng.random() < 0.7 else ".with_dimensions(units.HERTZ, units.SECOND)"
                )
                two = "SECOND" in declared
                if rng.random() < 0.5:
                    declared += ".with_validator(lambda rows: all(row[-1] < 5 for row in rows))"
                for row in range(rng.randrange(0, 4)):
                    lines.append(
                        f"test.measurements.{name}[{f'{row}, {row + 1}' if two else row}] = {rng.choice([1, 2.5, 4] + ([9] if is_bad else []))}"
                    )
            decorators.append(f"@htf.measures({declared})")
            if kind not in ("rows", "unset") and not (is_bad and rng.random() < 0.15):
                lines.append(f"test.measurements.{name} = {value}")


_PROCEDURE = "b7a3f6de-5b7e-4b3b-9a51-3c2a4c1f0e11"
