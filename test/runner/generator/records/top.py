"""The beginning of each random script."""

import collections
import json
import os
import threading
import time

import openhtf as htf
from openhtf.output.callbacks import json_factory
from openhtf.plugs import BasePlug
from openhtf.util import units, validators  # noqa: F401

LOCK = threading.Lock()
COUNTS = collections.Counter()


class Broken(Exception):
    pass


class Expected(Exception):
    pass


class Found(htf.DiagResultEnum):
    ONE = "one"
    TWO = "two"
    BAD = "bad"


class Instrument(BasePlug):
    def tearDown(self):
        pass


class BrokenInstrument(BasePlug):
    def __init__(self):
        super().__init__()
        raise Broken("no instrument")


class FallingInstrument(BasePlug):
    def tearDown(self):
        raise Broken("falls")


def limits_of(measurement):
    """The limits as OpenHTF holds them: operator, bound, and whether the bound decides the outcome."""
    limits = []
    for validator in measurement.validators:
        if isinstance(validator, validators.RangeValidatorBase):
            low, high = validator.minimum, validator.maximum
            bounds = [["==", low, True]] if low is not None and low == high else [[">=", low, True], ["<=", high, True]]
            bounds += [[">=", validator.marginal_minimum, False], ["<=", validator.marginal_maximum, False]]
            limits += [each for each in bounds if each[1] is not None]
        elif isinstance(validator, validators.RegexMatcher):
            limits.append(["matches", validator.regex, True])
        else:
            limits.append([None, None, True])
    return limits


def write_record(record):
    """The record as OpenHTF has it, written without the runner."""
    phases = []
    for phase in record.phases:
        measurements = {}
        for name, measurement in phase.measurements.items():
            value = measurement.measured_value
            measurements[name] = {
                "outcome": measurement.outcome.name,
                "is_set": bool(value.is_value_set),
                "value": repr(value.value) if value.is_value_set else None,
                "limits": limits_of(measurement),
            }
        phases.append(
            {
                "name": phase.name,
                "outcome": None if phase.outcome is None else phase.outcome.name,
                "subtest": phase.subtest_name,
                "measurements": measurements,
                "diagnoses": [str(result.value) for result in phase.diagnosis_results],
                "attachments": sorted(phase.attachments),
                "start": phase.start_time_millis,
            }
        )
    found = {
        # OpenHTF leaves it open when its own end of the test breaks: the test has not passed.
        "outcome": "ERROR" if record.outcome is None else record.outcome.name,
        "dut_id": record.dut_id,
        "phases": phases,
        "subtests": [[each.name, each.outcome and each.outcome.name] for each in record.subtests],
        "branches": [[each.name, each.branch_taken] for each in record.branches],
        "checkpoints": [each.name for each in record.checkpoints],
        "diagnoses": [[str(each.result.value), each.is_failure] for each in record.diagnoses],
        "marginal": record.marginal,
        "details": len(record.outcome_details),
        "report": json.loads(
            "".join(
                json_factory.OutputToJSON(os.devnull, inline_attachments=False, allow_nan=True).serialize_test_record(
                    record
                )
            )
        ),
    }
    with LOCK, open(os.environ["GENERATOR_RECORDS"], "a") as file:
        file.write(json.dumps(found) + "\n")


def count(name):
    COUNTS[name] += 1
    return COUNTS[name]


def stop_here():
    os.write(int(os.environ["GENERATOR_SIGNALS"]), b"s")
    while True:
        time.sleep(0.002)


def sleep_long():
    while True:
        time.sleep(0.002)
