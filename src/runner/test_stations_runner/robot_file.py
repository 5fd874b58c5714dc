"""Reads a suite of Robot Framework without running it. `robotScan.ts` of the extension has the same rules for names."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_BLOCKS_OF_PHASES = ("If", "For", "While", "Group")
_TRY = "Try"


def is_robot_file(path: str) -> bool:
    return os.path.splitext(path)[1].lower() == ".robot"


@dataclass
class PlannedKeyword:
    """A keyword that is called in the body of a test, or as the setup or teardown of the suite."""

    name: str
    line: int


@dataclass
class PlannedTest:
    name: str
    line: int
    keywords: list[PlannedKeyword] = field(default_factory=list)


@dataclass
class RobotPlan:
    """The tests of a file in their order, with the names of their phases without that of the test."""

    tests: list[PlannedTest] = field(default_factory=list)


def plan_of(path: str) -> RobotPlan:
    model = importlib.import_module("robot.api").get_model(path)
    sections = model.sections
    defaults = {
        type(statement).__name__: statement
        for section in sections
        if type(section).__name__ == "SettingSection"
        for statement in section.body
    }
    template = defaults.get("TestTemplate")
    default_template = None if template is None else template.value
    tests: list[PlannedTest] = []
    for section in sections:
        if type(section).__name__ == "TestCaseSection":
            for case in section.body:
                if type(case).__name__ == "TestCase":
                    tests.append(_test_of(case, defaults, default_template))
    return RobotPlan(tests)


def _test_of(case: Any, defaults: dict[str, Any], default_template: str | None) -> PlannedTest:
    own = {type(statement).__name__: statement for statement in case.body}
    template = own["Template"].value if "Template" in own else default_template
    found = [
        *_fixture(own.get("Setup", defaults.get("TestSetup"))),
        *_calls(case.body, template),
        *_fixture(own.get("Teardown", defaults.get("TestTeardown"))),
    ]
    used: set[str] = set()
    return PlannedTest(case.name, case.lineno, [PlannedKeyword(unique(name, used), line) for name, line in found])


def _fixture(statement: Any) -> list[tuple[str, int]]:
    name = None if statement is None else statement.name
    return [] if not name or name.upper() == "NONE" else [(name, statement.lineno)]


def _calls(body: Any, template: str | None) -> Iterator[tuple[str, int]]:
    for item in body:
        kind = type(item).__name__
        if kind == "KeywordCall" and item.keyword:
            yield phase_name(item.keyword, item.args), item.lineno
        elif kind == "TemplateArguments" and template:
            yield template, item.lineno
        elif kind == _TRY:
            yield "TRY", item.lineno
            branch = item.next
            while branch is not None:
                yield from _calls(branch.body, template)
                branch = branch.next
        elif kind in _BLOCKS_OF_PHASES:
            yield from _calls(item.body, template)
            if getattr(item, "orelse", None) is not None:
                yield from _calls([item.orelse], template)


def phase_name(keyword: str, arguments: Any) -> str:
    """Returns the name of a phase. A measurement is part of it, so that other measurements may be added before it."""
    plain = keyword.replace("_", "").replace(" ", "").lower()
    return f"{keyword} {arguments[0]}" if plain in ("measure", "teststations.measure") and arguments else keyword


def unique(name: str, used: set[str]) -> str:
    """Returns the name with the first number that makes it another one than those in `used`, and adds it to them."""
    number, result = 1, name
    while result in used:
        number += 1
        result = f"{name} ({number})"
    used.add(result)
    return result
