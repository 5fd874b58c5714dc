"""The abstract description of a plain phase script: what is generated, rendered, and judged by the oracle."""

from __future__ import annotations

from dataclasses import dataclass, field

PASS, FAIL, SKIP, ERROR, RETRY = "PASS", "FAIL", "SKIP", "ERROR", "RETRY"

# More than one outcome where the rule leaves a choice.
Outcomes = frozenset[str]


@dataclass
class Value:
    """A value that a phase returns."""

    source: str
    outcomes: Outcomes
    # For each measurement, in their order, its name and the outcomes that it may have; None: any.
    measurements: list[tuple[str, Outcomes]] | None = field(default_factory=list)


@dataclass
class Return:
    value: Value


@dataclass
class Raise:
    """Ends what runs by an exception."""

    source: str
    # "error": a subclass of Exception; "base": another exception; "exit": SystemExit.
    kind: str
    # For "exit": the exit code that the system sees, and whether the rule calls it a natural end.
    code: int = 1
    is_natural: bool = False


@dataclass
class Stop:
    """The user presses Stop here; the main thread is waiting."""


@dataclass
class Die:
    """The process ends at once."""

    source: str


@dataclass
class Hold:
    """A thread waits until the main thread has ended, or (`forever`) for ever."""

    forever: bool = False


@dataclass
class Assign:
    """Assigns a text or None to a module variable; `{i}` stands for the variable of the loop."""

    name: str
    value: str | None


@dataclass
class Call:
    phase: Phase
    # By the parameters' names, as source text.
    arguments: dict[str, str]
    # The value of the argument `serial_number`, which may hold `{i}`.
    serial: str | None = None
    # For a phase without a body of its own.
    body: Body | None = None


@dataclass
class Repeat:
    variable: str
    count: int
    block: Block


@dataclass
class Try:
    block: Block
    # None, or the name of the class that the handler catches.
    catches: str | None
    handler: Block
    final: Block
    # Whether the handler raises the exception again at its end.
    reraises: bool = False


@dataclass
class Thread:
    block: Block
    daemon: bool = False


@dataclass
class Threads:
    """Starts threads and waits until each has ended, or waits at a `Hold`."""

    threads: list[Thread]


@dataclass
class Pool:
    """Runs each block as a task of a ThreadPoolExecutor."""

    workers: int
    tasks: list[Block]
    asks_results: bool


@dataclass
class AtExit:
    """Registers a function for the end of the process."""

    block: Block


Statement = Return | Raise | Stop | Die | Hold | Assign | Call | Repeat | Try | Threads | Pool | AtExit
Block = list[Statement]


@dataclass
class Body:
    """What happens in a phase; without a `Return` at its end it returns nothing."""

    block: Block
    number: int = 0


@dataclass
class Phase:
    name: str
    # "module", "if", "try", "with", "function", "static", "method", "helper": where it is defined.
    place: str
    parameters: list[str]
    # None: each call has one of its own.
    body: Body | None
    # "traced": changes nothing; "safe": makes False of an exception; "replacing": makes False of everything.
    decorator: str | None = None


@dataclass
class Script:
    phases: list[Phase]
    # None: the script only defines phases.
    main: Block | None
    # "module", "function", "guard": where the calls are.
    style: str
    # A phase that makes the runner refuse the script, as source text.
    refused: str | None = None
    # Answers of the host to the question for a serial number: False refuses.
    answers: bool = True
    serial: str | None = None
    part: str | None = None
