"""Compares what the runner keeps and reports of OpenHTF tests with the records that the tests have written themselves."""

from __future__ import annotations

import json
import math
import random
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..harness import Answers, Finished, Harness, Stored
from .scripts import Generator

MODULES = [
    "openhtf",
    "openhtf.plugs",
    "openhtf.plugs.user_input",
    "openhtf.util.units",
    "openhtf.output.callbacks.json_factory",
]
_HAS_REPEAT_ON_FAIL = tuple(map(int, version("openhtf").split(".")[:2])) >= (1, 6)

_seen: Counter[str] = Counter()


def preload(harness: Harness) -> None:
    """Imports what OpenHTF imports, but leaves OpenHTF to the script: the runner follows its import."""
    harness.preload(MODULES)
    for name in list(sys.modules):
        if name.partition(".")[0] == "openhtf":
            del sys.modules[name]


def counts() -> str:
    """What the records were, to see that no kind is missing."""
    return ", ".join(f"{count} {name}" for name, count in sorted(_seen.items()))


def check(harness: Harness, rng: random.Random, fresh: bool, show: bool, keep: Path | None = None) -> str | None:
    """Returns a description of the difference, or None.

    Args:
        keep: Folder for the saved reports and the records.
    """
    generator = Generator(rng, _HAS_REPEAT_ON_FAIL)
    text = generator.script()
    if show:
        print(text)
        return None
    written = harness.folder / "records.jsonl"
    written.unlink(missing_ok=True)
    answers = Answers(lambda number, own: own or f"ASKED-{number}", "PCBA-ASKED")
    finished = harness.run({"main.py": text}, answers, fresh, {"GENERATOR_RECORDS": str(written)})
    records = [json.loads(line) for line in written.read_text().splitlines()] if written.exists() else []
    _seen.update(record["outcome"] for record in records)
    _seen.update({"scripts": 1, "phases": sum(len(record["phases"]) for record in records), "stopped": generator.stops})
    _seen.update(f"phase {phase['outcome']}" for record in records for phase in record["phases"])
    for part in ("subtests", "branches", "checkpoints", "diagnoses"):
        _seen[part] += sum(len(record[part]) for record in records)
    problems = _differences(records, finished, generator.stops)
    if keep is not None and not problems:
        _keep(keep, records, finished.stored)
    if not problems:
        return None
    _seen.update({f"difference {problem.partition(':')[0]}" for problem in problems})
    return (
        f"{text}\n--- differences\n"
        + "\n".join(problems)
        + f"\n--- stderr\n{finished.stderr[-2500:]}\n--- stdout\n{finished.stdout[-1500:]}"
    )


def _differences(records: list[dict[str, Any]], finished: Finished, stops: bool) -> list[str]:
    problems: list[str] = []
    if finished.hangs:
        problems.append("hangs: the script was killed")
    if finished.pending:
        problems.append(f"pending: {len(finished.pending)} results were not handed over")
    if "cannot report" in finished.stderr:
        problems.append("report: " + finished.stderr[:500])
    if not finished.named("run_started") and not records:
        problems.append("nothing: no test began")
    if len(records) != len(finished.stored):
        problems.append(f"count: {len(records)} records, {len(finished.stored)} stored")
    left = list(finished.stored)
    completed = finished.named("run_complete")
    for record in records:
        exact = [each for each in left if not _report_problems(record, each)]
        near = exact or [each for each in left if each.entry["serial_number"] == record["dut_id"]]
        if not near:
            problems.append(f"missing: {record['dut_id']} {record['outcome']}")
            continue
        left.remove(near[0])
        problems += _report_problems(record, near[0])
        problems += _event_problems(record, near[0].entry["id"], finished)
    if len(completed) != len(records):
        problems.append(f"run_complete: {len(completed)} events, {len(records)} records")
    return problems


def _report_problems(record: dict[str, Any], stored: Stored) -> list[str]:
    body, entry = stored.body, stored.entry
    # What OpenHTF writes of a phase is what the phase was at its end. In memory it changes afterwards where the phase is
    # repeated because of its measurements (then SKIP) or is skipped (its measurements are then SKIPPED).
    reported = record["report"]
    pairs = {
        "entry outcome": (record["outcome"], entry["outcome"]),
        "entry serial number": (record["dut_id"], entry["serial_number"]),
        "outcome": (record["outcome"], body["outcome"] or "ERROR"),
        "serial number": (record["dut_id"], body["dut_id"]),
        "phases": (
            [[each["name"], each["subtest"], each["attachments"], each["diagnoses"]] for each in record["phases"]],
            [
                [each["name"], each["subtest_name"], sorted(each["attachments"]), each["diagnosis_results"]]
                for each in body["phases"]
            ],
        ),
        "measurements": (
            [{name: each["is_set"] for name, each in phase["measurements"].items()} for phase in record["phases"]],
            [
                {name: "measured_value" in each for name, each in phase["measurements"].items()}
                for phase in body["phases"]
            ],
        ),
        # As text, because NaN differs from itself.
        "report": (_without_logs(reported), _without_logs(body)),
        # Output callbacks that come later may log too.
        "logs": (str(reported["log_records"][: len(body["log_records"])]), str(body["log_records"])),
        "subtests": (record["subtests"], [[each["name"], each["outcome"]] for each in body["subtests"]]),
        "branches": (record["branches"], [[each["name"], each["branch_taken"]] for each in body["branches"]]),
        "diagnoses": (
            record["diagnoses"],
            [[each["result"], each.get("is_failure", False)] for each in body["diagnoses"]],
        ),
        "details": (record["details"], len(body["outcome_details"])),
        "attachments": (
            sorted(name for phase in record["phases"] for name in phase["attachments"]),
            sorted(each["name"] for each in entry["attachments"]),
        ),
    }
    return [
        f"{name}: expected {str(expected)[:3000]}, found {str(found)[:3000]}"
        for name, (expected, found) in pairs.items()
        if expected != found
    ]


def _without_logs(report: dict[str, Any]) -> str:
    return json.dumps({**report, "log_records": []}, sort_keys=True)


def _event_problems(record: dict[str, Any], execution: str, finished: Finished) -> list[str]:
    def of_it(event: str) -> list[dict[str, Any]]:
        return [each for each in finished.named(event) if each["execution_id"] == execution]

    problems = []
    completed = of_it("run_complete")
    if [(each["outcome"], each["serial_number"]) for each in completed] != [(record["outcome"], record["dut_id"])]:
        problems.append(f"run_complete: expected {record['outcome']} {record['dut_id']}, found {completed}")
    started = of_it("run_started")
    planned = {phase["name"] for phase in started[0]["phases"]} if started else set()
    phases = [
        (reported["name"], reported["outcome"] or "ERROR", reported["measurements"], phase["measurements"])
        for phase, reported in zip(record["phases"], record["report"]["phases"], strict=True)
        if phase["name"] in planned
    ]
    found = [
        (each["name"], each["outcome"], {m["name"]: m["outcome"] for m in each["measurements"]})
        for each in of_it("phase_complete")
    ]
    same = len(phases) == len(found) and all(
        (name, outcome) == each[:2]
        # A measurement of a skipped phase is UNSET in the report and SKIPPED in memory.
        and reported.keys() == each[2].keys()
        and all(each[2][key] in (reported[key]["outcome"], in_memory[key]["outcome"]) for key in reported)
        for (name, outcome, reported, in_memory), each in zip(phases, found, strict=True)
    )
    if not same:
        problems.append(f"phase_complete: expected {phases}, found {found}")
    diagnoses = [
        [each["result"], each["component"]["name"] if each["component"] else None, each["description"],
         each.get("is_failure", False)]
        for each in record["report"]["diagnoses"]
    ]  # fmt: skip
    found_diagnoses = [
        [each[key] for key in ("result", "component", "description", "is_failure")]
        for event in [*of_it("phase_complete"), *completed]
        for each in event["diagnoses"]
    ]
    if diagnoses != found_diagnoses:
        problems.append(f"diagnoses: expected {diagnoses}, found {found_diagnoses}")
    if len(of_it("run_upload_queued")) != 1:
        problems.append("run_upload_queued: not once")
    return problems


def _keep(folder: Path, records: list[dict[str, Any]], stored: list[Stored]) -> None:
    """Writes the saved report of each test and the expected run on a server, for a test of the import."""
    folder.mkdir(parents=True, exist_ok=True)
    for each in stored:
        name = each.entry["id"].replace(":", "_")
        record = next(record for record in records if not _report_problems(record, each))
        (folder / f"{name}.report.json").write_bytes(each.bytes)
        (folder / f"{name}.expected.json").write_text(json.dumps(_on_server(record)))


def _on_server(record: dict[str, Any]) -> dict[str, Any]:
    report = record["report"]
    phases = [
        {
            "name": phase["name"],
            "outcome": phase["outcome"] or "ERROR",
            "measurements": [
                {
                    "name": name,
                    # PARTIALLY_SET and SKIPPED are words of OpenHTF alone.
                    "outcome": each["outcome"] if each["outcome"] in ("PASS", "FAIL") else "UNSET",
                    **({"value": _as_stored(each["measured_value"])} if "measured_value" in each else {}),
                    "limits": in_memory["measurements"][name]["limits"],
                }
                for name, each in phase["measurements"].items()
            ],
        }
        for phase, in_memory in zip(report["phases"], record["phases"], strict=True)
        # OpenHTF's own, which asks for the serial number.
        if phase["name"] != "trigger_phase"
    ]
    return {
        # Nothing was tested by a test without a phase, whatever OpenHTF says.
        "outcome": "ERROR" if record["outcome"] == "PASS" and not phases else record["outcome"],
        "serial_number": record["dut_id"],
        "diagnoses": [
            {
                "title": f"{each['component']['name']}: {each['result']}" if each["component"] else each["result"],
                "message": each["description"],
                "is_failure": each.get("is_failure", False),
            }
            for each in report["diagnoses"]
        ],
        "phases": phases,
    }


def _as_stored(value: Any) -> Any:
    """JSON has no NaN and no infinity: they are stored as texts."""
    if isinstance(value, list):
        return [_as_stored(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
