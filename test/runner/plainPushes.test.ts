import assert from 'node:assert/strict';
import { after, before, it } from 'mocha';
import { Host } from './support/host.ts';
import { Recorder } from './support/recorder.ts';
import { script, withNewestPython } from './support/script.ts';

withNewestPython('Scripts without OpenHTF', (python) => {
  let recorder: Recorder;
  before(async () => (recorder = await Recorder.start()));
  after(() => recorder.stop());

  it('the phases of a v1 push are reported', async () => {
    const file = await script(`
from datetime import datetime, timedelta, timezone
from tofupilot import MeasurementOutcome, PhaseOutcome, TofuPilotClient

def power_on():
    """Not the phase's docstring."""

TofuPilotClient().create_run(
    {"serial_number": "SN-7", "part_number": "P1"},
    False,
    "FVT1",
    phases=[
        {"name": "power_on", "outcome": PhaseOutcome.PASS, "start_time_millis": 1000.5, "end_time_millis": 2000,
         "measurements": [
             {"name": "supply", "outcome": MeasurementOutcome.PASS, "measured_value": 3.3, "units": "V",
              "lower_limit": 3.2, "upper_limit": 3.4, "docstring": "the rail"},
             {"name": "top", "outcome": "FAIL", "measured_value": True, "upper_limit": 5},
             {"name": "bottom", "outcome": "UNSET", "lower_limit": 0, "validators": ["x == 1"]},
         ]},
        {"name": "leds", "outcome": "ODD", "start_time_millis": 2000, "end_time_millis": 3000},
    ],
    started_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
    duration=timedelta(seconds=90),
)
`);
    const host = await Host.run(python, file, { env: recorder.environment });
    const { phases, part_number } = host.one('run_started');
    assert.equal(part_number, 'P1');
    assert.deepEqual(phases[0], { key: '0', name: 'power_on', docstring: null, place: { file, line: 5 } });
    assert.equal(phases[1]?.place, null);
    const [first, second] = host.all('phase_complete');
    assert.equal(first?.start_time_millis, 1000.5);
    assert.deepEqual(first.measurements, [
        { name: 'supply', outcome: 'PASS', measured_value: 3.3, units: 'V', validators: ['3.2 <= x <= 3.4'], docstring: 'the rail' },
        { name: 'top', outcome: 'FAIL', measured_value: true, units: null, validators: ['x <= 5'], docstring: null },
        { name: 'bottom', outcome: 'UNSET', units: null, validators: ['0 <= x', 'x == 1'], docstring: null },
      ]); // prettier-ignore
    assert.equal(second?.outcome, 'ERROR');
    const run = host.one('run_complete');
    assert.equal(run.outcome, 'FAIL');
    assert.equal(run.serial_number, 'SN-7');
    assert.equal(run.start_time_millis, Date.UTC(2026, 0, 1));
    assert.equal(run.end_time_millis, Date.UTC(2026, 0, 1) + 90_000);
    assert.equal(run.phases_run, 2);
    assert.equal(host.all('run_uploaded').length, 1);
  });

  it('a v2 push is reported and sent to TOFUPILOT_URL', async () => {
    const file = await script(`
from datetime import datetime, timezone
from tofupilot.v2 import TofuPilot

start = datetime(2026, 1, 1, tzinfo=timezone.utc)
client = TofuPilot()
client.runs.create(
    outcome="TIMEOUT", procedure_id="7d1ba7bb-3a5b-4b2c-9e2e-5b1c6c7f3a11", serial_number="SN-8", part_number="P2",
    started_at=start, ended_at=start.replace(minute=1),
    phases=[{"name": "soak", "outcome": "ERROR", "started_at": start, "ended_at": start.replace(second=30), "retry_count": 1,
             "measurements": [{"name": "t", "outcome": "FAIL", "measured_value": 90, "units": "C",
                               "validators": [{"operator": "<=", "expected_value": 85, "outcome": "FAIL"}]}]}],
)
`);
    const host = await Host.run(python, file, { env: recorder.environment });
    const start = Date.UTC(2026, 0, 1);
    const phase = host.one('phase_complete');
    assert.deepEqual([phase.attempt, phase.outcome], [1, 'ERROR']);
    assert.deepEqual([phase.start_time_millis, phase.end_time_millis], [start, start + 30_000]);
    assert.deepEqual(phase.measurements[0]?.validators, ['x <= 85']);
    const run = host.one('run_complete');
    assert.equal(run.outcome, 'TIMEOUT');
    assert.equal(run.end_time_millis, start + 60_000);
    assert.equal(host.all('run_uploaded').length, 1, host.diagnostics());
    assert.equal(recorder.bodies('/api/v2/runs').length, 1);
    recorder.refusal = { path: '/api/v2/runs', status: 403, message: 'Not linked.' };
    const refused = await Host.run(python, file, { env: recorder.environment });
    assert.deepEqual(
      [refused.one('run_upload_failed').status, refused.one('run_upload_failed').message],
      [403, 'Not linked.'],
    );
    assert.match(refused.one('run_crashed').failure.message, /Not linked/);
    recorder.refusal = undefined;
  });

  it("a wrong call raises the client's own error, and a push that cannot be sent is reported", async () => {
    const wrong = await Host.run(
      python,
      await script('from tofupilot import TofuPilotClient\nTofuPilotClient().create_run(run_passed=True)\n'),
      { env: recorder.environment },
    );
    assert.match(wrong.one('run_crashed').failure.message, /unit_under_test/);
    assert.deepEqual(wrong.all('run_started'), []);
    const odd = await Host.run(
      python,
      await script(`
from decimal import Decimal
from tofupilot import TofuPilotClient

class Odd:
    def __repr__(self): raise ValueError("no text")

for value in (Decimal("1.5"), Odd()):
    try:
        TofuPilotClient().create_run(
            procedure_id="FVT1", run_passed=True, unit_under_test={"serial_number": "S", "part_number": "P"},
            phases=[{"name": "p", "outcome": "PASS", "start_time_millis": 1, "end_time_millis": 2,
                     "measurements": [{"name": "m", "outcome": "PASS", "measured_value": value}]}])
    except TypeError as error:
        print(error)
`),
      { env: recorder.environment },
    );
    assert.deepEqual(
      odd.all('phase_complete').map((phase) => phase.measurements[0]?.measured_value),
      ["Decimal('1.5')", '<Odd without a text form>'],
      odd.diagnostics(),
    );
    assert.equal(odd.all('run_upload_failed').length, 2);
    assert.match(odd.all('run_upload_failed')[0]?.message ?? '', /Decimal is not JSON serializable/);
    assert.deepEqual(odd.all('run_uploaded'), []);
  });
});
