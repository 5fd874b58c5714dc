"""Descriptions of scripts as Python source text."""

from __future__ import annotations

import re

from .model import (
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
    Stop,
    Threads,
    Try,
)
from .values import DEFINITIONS

HELPER = "bench_helper"
MODULES = [
    "atexit", "collections", "collections.abc", "contextlib", "ctypes", "datetime", "decimal", "enum", "fractions", "functools", "math", "os", "signal", "sys",
    "threading", "time", "types", "unittest.mock", "concurrent.futures",
]  # fmt: skip
_ERRORS = {
    "Broken": "class Broken(Exception):\n    pass\n",
    "Severe": "class Severe(BaseException):\n    pass\n",
    "Unprintable": 'class Unprintable(Exception):\n    def __str__(self):\n        raise RuntimeError("no text")\n    __repr__ = __str__\n',
}
_SUPPORT = {
    "stop_here": """def stop_here():
    os.write(int(os.environ["GENERATOR_SIGNALS"]), b"s")
    while True:
        time.sleep(1)
""",
    "traced": """def traced(function):
    @functools.wraps(function)
    def wrapper(*arguments, **named):
        return function(*arguments, **named)
    return wrapper
""",
    "safe": """def safe(function):
    @functools.wraps(function)
    def wrapper(*arguments, **named):
        try:
            return function(*arguments, **named)
        except Exception:
            return False
    return wrapper
""",
    "replacing": """def replacing(function):
    @functools.wraps(function)
    def wrapper(*arguments, **named):
        function(*arguments, **named)
        return False
    return wrapper
""",
    "step": "step = threading.local()\n",
    "hold": """def hold():
    step.thread.holds = True
    step.thread.reached.set()
    threading.main_thread().join()
""",
    "hold_forever": """def hold_forever():
    step.thread.holds = True
    step.thread.reached.set()
    while True:
        time.sleep(1)
""",
    "start": """class Worker(threading.Thread):
    holds = False
    def run(self):
        step.thread = self
        try:
            super().run()
        finally:
            self.reached.set()

def start(*threads):
    for thread in threads:
        thread.reached = threading.Event()
        thread.start()
    for thread in threads:
        thread.reached.wait()
        if not thread.holds:
            thread.join()
""",
    "in_pool": """def in_pool(workers, tasks, asks_results):
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(task) for task in tasks]
        concurrent.futures.wait(futures)
        if asks_results:
            for future in futures:
                future.result()
""",
}


class Writer:
    """Writes the files of one script."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._bodies: dict[int, Body] = {}
        self._functions: list[str] = []

    def files(self) -> dict[str, str]:
        """Returns the text of each file, by name; the script is `main.py`."""
        script = self._script
        parts = []
        if script.serial is not None:
            parts.append(f'SERIAL_NUMBER = "{script.serial}"\n')
        if script.part is not None:
            parts.append(f'PART_NUMBER = "{script.part}"\n')
        helpers = [phase for phase in script.phases if phase.place == "helper"]
        definitions = [
            f"from {HELPER} import {phase.name}\n" if phase.place == "helper" else self._definition(phase)
            for phase in script.phases
        ]
        calls: list[str] = []
        if script.refused is not None:
            calls = ['print("it runs")\n', script.refused]
        if script.main is not None:
            lines = self._block(script.main)
            if script.style == "module":
                calls.append("\n".join(lines) + "\n")
            else:
                calls.append(_function("main", [], lines))
                calls.append('if __name__ == "__main__":\n    main()\n' if script.style == "guard" else "main()\n")
        written: set[int] = set()
        while len(written) < len(self._bodies):
            for number, body in list(self._bodies.items()):
                if number not in written:
                    written.add(number)
                    self._functions.append(_function(f"body_{number}", [], self._block(body.block)))
        files = {"main.py": _with_definitions([*parts, *definitions, *self._functions, *calls])}
        if helpers:
            files[f"{HELPER}.py"] = _with_definitions([self._definition(phase, "module") for phase in helpers])
        return files

    def _definition(self, phase: Phase, place: str | None = None) -> str:
        parameters = [f"{name}=None" for name in phase.parameters]
        lines = ["return step.body()"] if phase.body is None else self._block(phase.body.block)
        place = place or phase.place
        if place == "method":
            parameters.insert(0, "self")
        text = _function(phase.name, parameters, lines)
        if phase.decorator is not None:
            text = f"@{phase.decorator}\n{text}"
        if place == "static":
            text = f"@staticmethod\n{text}"
        if place in ("static", "method"):
            return f"class Bench_{phase.name}:\n{_indent(text)}\nbench_{phase.name} = Bench_{phase.name}()\n"
        if place == "function":
            return f"def make_{phase.name}():\n{_indent(text)}\n    return {phase.name}\nmade_{phase.name} = make_{phase.name}()\n"
        if place == "if":
            return f"if True:\n{_indent(text)}\n"
        if place == "try":
            return f"try:\n{_indent(text)}\nfinally:\n    pass\n"
        if place == "with":
            return f"with contextlib.suppress(KeyError):\n{_indent(text)}\n"
        return text

    def _block(self, block: Block) -> list[str]:
        lines: list[str] = []
        for statement in block:
            match statement:
                case Return(value):
                    lines.append(f"return {value.source}")
                case Raise(source):
                    lines.append(source)
                case Stop():
                    lines.append("stop_here()")
                case Die(source):
                    lines.append(source)
                case Hold(forever):
                    lines.append("hold_forever()" if forever else "hold()")
                case Assign(name, value):
                    lines.append(f"{name} = {_text(value)}")
                case Call():
                    lines += self._call(statement)
                case Repeat(variable, count, inner):
                    lines += [f"for {variable} in range({count}):", *self._inner(inner)]
                case Try():
                    lines += self._try(statement)
                case Threads(threads):
                    names = [self._named(thread.block) for thread in threads]
                    started = [
                        f"Worker(target={name}, daemon={thread.daemon})"
                        for name, thread in zip(names, threads, strict=True)
                    ]
                    lines.append(f"start({', '.join(started)})")
                case Pool(workers, tasks, asks_results):
                    names = [self._named(task) for task in tasks]
                    lines.append(f"in_pool({workers}, [{', '.join(names)}], {asks_results})")
                case AtExit(inner):
                    lines.append(f"atexit.register({self._named(inner)})")
        return lines

    def _inner(self, block: Block) -> list[str]:
        return ["    " + line for line in self._block(block)] or ["    pass"]

    def _try(self, statement: Try) -> list[str]:
        lines = ["try:", *self._inner(statement.block)]
        if statement.catches is not None:
            lines += [f"except {statement.catches}:", *self._inner(statement.handler)]
            if statement.reraises:
                lines.append("    raise")
        if statement.final or statement.catches is None:
            lines += ["finally:", *self._inner(statement.final)]
        return lines

    def _call(self, call: Call) -> list[str]:
        phase = call.phase
        lines = []
        if call.body is not None:
            self._bodies[call.body.number] = call.body
            lines.append(f"step.body = body_{call.body.number}")
        arguments = [f"{name}={text}" for name, text in call.arguments.items()]
        if call.serial is not None:
            arguments.append(f"serial_number={_text(call.serial)}")
        prefix = {"static": f"Bench_{phase.name}.", "method": f"bench_{phase.name}."}.get(phase.place, "")
        name = f"made_{phase.name}" if phase.place == "function" else phase.name
        lines.append(f"{prefix}{name}({', '.join(arguments)})")
        return lines

    def _named(self, block: Block) -> str:
        name = f"work_{len(self._functions)}"
        self._functions.append("")
        self._functions[int(name[5:])] = _function(name, [], self._block(block))
        return name


def _text(value: str | None) -> str:
    if value is None:
        return "None"
    return f'f"{value}"' if "{" in value else f'"{value}"'


def _function(name: str, parameters: list[str], lines: list[str]) -> str:
    if any(re.match(r"\s*(SERIAL_NUMBER|PART_NUMBER) = ", line) for line in lines):
        lines = ["global SERIAL_NUMBER, PART_NUMBER", *lines]
    return f"def {name}({', '.join(parameters)}):\n" + "\n".join("    " + line for line in lines or ["pass"]) + "\n"


def _indent(text: str) -> str:
    return "\n".join("    " + line if line else line for line in text.rstrip("\n").split("\n"))


def _with_definitions(parts: list[str]) -> str:
    """Puts what the parts use before them."""
    text = "\n".join(parts)
    tops: list[str] = []
    for found in (_SUPPORT, _ERRORS, DEFINITIONS):
        for name, definition in reversed(found.items()):
            if re.search(rf"\b{name}\b", text):
                tops.insert(0, definition)
                text = f"{definition}\n{text}"
    modules = [name for name in MODULES if re.search(rf"(?<![\w.]){re.escape(name.partition('.')[0])}\.", text)]
    imports = [f"import {name}\n" for name in modules]
    if re.search(r"(?<![\w.])np\.", text):
        imports.append("import numpy as np\n")
    return "".join(imports) + "\n" + "\n".join([*_ordered(tops), *parts])


def _ordered(definitions: list[str]) -> list[str]:
    return list(dict.fromkeys(definitions))
