import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'mocha';
import { Host } from './support/host.ts';
import { script, scriptFolder, withEachPython } from './support/script.ts';

const measuring = `
import functools
import math
import openhtf as htf
from openhtf.util import units

class Meter(htf.plugs.BasePlug):
    def read(self):
        self.logger.info("reading")
        return 3.31

def traced(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper

@htf.measures(
    htf.Measurement("supply").in_range(3.2, 3.4).with_units(units.VOLT).doc("the rail"),
    htf.Measurement("strange"),
    htf.Measurement("curve").with_dimensions(units.SECOND).with_units("mV"),
)
@htf.plugs.plug(meter=Meter)
@traced
def power_on(test, meter):
    """Switches the board on.

    Then reads it.
    """
    test.measurements.supply = meter.read()
    test.measurements.strange = math.nan
    for second in range(3):
        test.measurements.curve[second] = second * 10
    test.logger.warning("getting %s", "warm")

@htf.measures(htf.Measurement("level").equals(1))
def too_high(test):
    test.measurements.level = 2

attempts = []

@htf.PhaseOptions(repeat_limit=3)
def flaky(test):
    attempts.append(1)
    return htf.PhaseResult.REPEAT if len(attempts) < 3 else htf.PhaseResult.CONTINUE

def skipped(test):
    return htf.PhaseResult.SKIP

@htf.PhaseOptions(run_if=lambda: False)
def absent(test):
    pass

test = htf.Test(power_on, too_high, flaky, skipped, absent, test_name="board", procedure_id="FVT1")
print(test.execute(lambda: "SN-1"))
print(sorted(test.descriptor.metadata))
`;

const failing = `
import time
import openhtf as htf
import openhtf.core.phase_executor
import helper

openhtf.core.phase_executor._JOIN_TRY_INTERVAL_SECONDS = 0.1

def divide(test):
    helper.divide(1, 0)

def slow(test):
    while True:
        time.sleep(0.01)

def wrong(test):
    return 5

for phase in (divide, htf.PhaseOptions(timeout_s=0.2)(slow), wrong):
    htf.Test(phase).execute(lambda: "SN-1")
`;

withEachPython('Phases', (python) => {
  it('measurements, attempts, skips and logs are reported as they happen', async () => {
    const file = await script(measuring);
    const line = (text: string): number => measuring.split('\n').indexOf(text) + 1;
    const host = await Host.run(python, file);
    const { name, phases } = host.one('run_started');
    assert.equal(name, 'board');
    assert.deepEqual(
      phases.map((phase) => phase.name),
      ['power_on', 'too_high', 'flaky', 'skipped', 'absent'],
    );
    assert.equal(new Set(phases.map((phase) => phase.key)).size, 5);
    assert.equal(phases[0]?.docstring, 'Switches the board on.\n\nThen reads it.');
    assert.deepEqual(phases[0].place, { file, line: line('def power_on(test, meter):') });
    assert.deepEqual(phases[2]?.place, { file, line: line('def flaky(test):') });

    const supply = {
      name: 'supply',
      outcome: 'PASS',
      measured_value: 3.31,
      units: 'V',
      validators: ['3.2 <= x <= 3.4'],
      docstring: 'the rail',
    };
    const updates = host.all('measurement_update');
    assert.deepEqual(updates[0]?.measurement, supply);
    assert.equal(updates[0].key, phases[0].key);
    assert.equal(updates.find((update) => update.measurement.name === 'curve')?.measurement.outcome, 'PARTIALLY_SET');
    const complete = host.all('phase_complete');
    assert.deepEqual(
      complete.map(({ name: phase, attempt, outcome }) => [phase, attempt, outcome]),
      [
        ['power_on', 0, 'PASS'],
        ['too_high', 0, 'FAIL'],
        ['flaky', 0, 'SKIP'],
        ['flaky', 1, 'SKIP'],
        ['flaky', 2, 'PASS'],
        ['skipped', 0, 'SKIP'],
      ],
    );
    assert.deepEqual(complete[0]?.measurements[0], supply);
    assert.equal(complete[0].measurements[1]?.measured_value, 'nan');
    assert.deepEqual(complete[0].measurements[2]?.measured_value, [[0, 0], [1, 10], [2, 20]]); // prettier-ignore
    assert.equal(host.all('phase_started').length, 6);
    assert.deepEqual(
      host.all('phase_log').map(({ level, message, place }) => [level, message, place]),
      [
        ['INFO', 'reading', { file, line: line('        self.logger.info("reading")') }],
        ['WARNING', 'getting warm', { file, line: line('    test.logger.warning("getting %s", "warm")') }],
      ],
    );
    const run = host.one('run_complete');
    assert.equal(run.outcome, 'FAIL');
    assert.equal(run.phases_run, 4);
    assert.ok(run.end_time_millis >= run.start_time_millis);
    assert.match(host.stdout.toString(), /^False\n\['config', 'procedure_id', 'test_name'\]$/m);
    assert.equal(host.stderr, '');
  });

  it('exceptions, timeouts and wrong results are reported with their places', async () => {
    const folder = await scriptFolder({
      'main.py': failing,
      'helper.py': 'def divide(a, b):\n    return a / b\n',
    });
    const main = path.join(folder, 'main.py');
    const host = await Host.run(python, main);
    const [divided, timedOut, wrong] = host.all('phase_complete').map((phase) => phase.failure);
    assert.equal(divided?.type, 'ZeroDivisionError');
    assert.equal(divided.message, 'division by zero');
    assert.deepEqual(divided.place, { file: path.join(folder, 'helper.py'), line: 2 });
    assert.match(divided.traceback, /^Traceback[\s\S]+in divide\n[\s\S]+ZeroDivisionError: division by zero\n$/);
    assert.equal(timedOut?.type, 'PhaseTimeout');
    assert.equal(timedOut.message, 'The phase slow hit its timeout of 0.2 s.');
    assert.deepEqual(timedOut.place, { file: main, line: 12 });
    assert.equal(wrong?.type, 'InvalidPhaseResultError');
    assert.deepEqual(wrong.place, { file: main, line: 16 });
    assert.deepEqual(
      host.all('run_complete').map((run) => run.outcome),
      ['ERROR', 'TIMEOUT', 'ERROR'],
    );
    assert.deepEqual(host.all('run_complete')[0]?.outcome_details, ['ZeroDivisionError: division by zero']);
    assert.match(host.all('run_complete')[1]?.outcome_details[0] ?? '', /hase .*hit its timeout\.$/);
    assert.deepEqual(host.all('run_crashed'), []);
    assert.equal(await host.ended, 0);
  });

  it('two tests of a file are reported separately, and a PASS without phases reports that no phase ran', async () => {
    const file = await script(`
import openhtf as htf

def first(test): pass
def second(test): pass

class Bench:
    def serial(self): return "SN-3"

htf.Test(first, procedure_id="A").execute(lambda: "SN-1")
htf.Test(second, procedure_id="B").execute(lambda: "SN-2")
htf.Test(second).execute(Bench().serial)
`);
    const host = await Host.run(python, file);
    const started = host.all('run_started');
    assert.deepEqual(started.map((run) => run.procedure_id), ['A', 'B', 'FVT1']); // prettier-ignore
    assert.equal(new Set(started.map((run) => run.execution_id)).size, 3);
    const complete = host.all('run_complete');
    assert.deepEqual(complete.map((run) => run.execution_id), started.map((run) => run.execution_id)); // prettier-ignore
    assert.deepEqual(complete.map((run) => run.phases_run), [1, 1, 0]); // prettier-ignore
    assert.deepEqual(
      host.all('phase_complete').map((phase) => [phase.execution_id, phase.name]),
      [
        [started[0]?.execution_id, 'first'],
        [started[1]?.execution_id, 'second'],
      ],
    );
  });

  it("the script's own callbacks receive the record unchanged", async () => {
    const file = await script(`
import json
import openhtf as htf
from openhtf.output.callbacks import json_factory

@htf.measures(htf.Measurement("x").in_range(0, 1))
def measure(test):
    test.measurements.x = 0.5
    test.attach("blob", b"\\x00\\xff")

test = htf.Test(measure)
test.add_output_callbacks(json_factory.OutputToJSON("{dut_id}.json"))
test.execute(lambda: "SN-1")
record = json.load(open("SN-1.json"))
print(record["phases"][1]["measurements"]["x"]["measured_value"], len(record["phases"]), test.get_option("output_callbacks").__len__())
`);
    const host = await Host.run(python, file);
    assert.match(host.stdout.toString(), /^0\.5 2 1$/m, host.diagnostics());
  });
});
