import assert from 'node:assert/strict';
import { after, before, it } from 'mocha';
import * as z from 'zod';
import { Host } from './support/host.ts';
import { Recorder } from './support/recorder.ts';
import { script, withNewestPython } from './support/script.ts';

const dry = { TEST_STATIONS_MODE: 'dry' };
const openhtf = (metadata: string, execute: string): string => `
import openhtf as htf
def check(test):
    """Looks at it.

        Twice.
    """
def number(test):
    test.dut_id = "SN-PHASE"
def trigger(test):
    test.test_record.dut_id = "SN-TRIGGER"
for _ in range(2):
    test = htf.Test(check, ${metadata}procedure_id="FVT1")
    test.add_output_callbacks(lambda record: print("record:", record.dut_id, record.metadata.get("part_number")))
    ${execute}
    print("after:", test.descriptor.metadata.get("part_number", "none"))
`;

withNewestPython('The choices of the user for a script', (python) => {
  let recorder: Recorder;
  before(async () => (recorder = await Recorder.start()));
  after(() => recorder.stop());

  it('a missing part number is asked for once, before the first test, and used for all tests', async () => {
    const file = await script(openhtf('', 'test.execute(lambda: "SN-1")'));
    const host = await Host.run(python, file, { partNumber: () => ' PCB01 ' });
    const { request_id } = host.one('part_number_request');
    assert.notEqual(request_id, '');
    assert.ok(host.names().indexOf('part_number_request') < host.names().indexOf('run_started'), host.diagnostics());
    assert.deepEqual(
      host.all('run_started').map((each) => each.part_number),
      ['PCB01', 'PCB01'],
    );
    assert.deepEqual(host.stdout.toString().match(/^(?:record|after): .*/gm), [
      'record: SN-1 PCB01',
      'after: none',
      'record: SN-1 PCB01',
      'after: none',
    ]);
  });

  it('tests run without a part number if the user gives none, and no test runs if the user cancels', async () => {
    const file = await script(openhtf('', 'test.execute(lambda: "SN-1")'));
    const open = await Host.run(python, file);
    assert.equal(open.all('run_complete').length, 2);
    assert.equal(open.one('part_number_request').event, 'part_number_request');
    const cancelled = await Host.run(python, file, { partNumber: () => null });
    assert.deepEqual(cancelled.all('run_started'), []);
    assert.equal(cancelled.one('script_ended').exit_code, 0);
  });

  it('the part number is not asked for if the script gives one or pushes nothing', async () => {
    const own = await Host.run(python, await script(openhtf('part_number="OWN", ', 'test.execute(lambda: "SN-1")')));
    assert.deepEqual(own.all('part_number_request'), []);
    assert.match(own.stdout.toString(), /record: SN-1 OWN\n[^]*after: OWN/);
    const file = await script(openhtf('', 'test.execute(lambda: "SN-1")'));
    assert.deepEqual((await Host.run(python, file, { env: dry })).all('part_number_request'), []);
    const blank = await Host.run(python, await script(openhtf('part_number=" ", ', 'test.execute(lambda: "SN-1")')));
    assert.equal(blank.all('part_number_request').length, 1);
  });

  const starts = {
    'test.execute()': 'SN-ASKED',
    'test.execute(None)': 'SN-ASKED',
    'test.execute(test_start=None)': 'SN-ASKED',
    'test.execute(lambda: "SN-OWN")': 'SN-OWN',
    'test.execute(test_start=lambda: "SN-OWN")': 'SN-OWN',
    'test.execute(htf.PhaseDescriptor.wrap_or_copy(trigger))': 'SN-TRIGGER',
    'test.configure(default_dut_id="SN-DEFAULT"); test.execute()': 'SN-DEFAULT',
    'test = htf.Test(check, number, procedure_id="FVT1", part_number="P"); test.add_output_callbacks(lambda record: print("record:", record.dut_id)); test.execute()':
      'SN-PHASE',
  };
  for (const [execute, number] of Object.entries(starts)) {
    it(`the serial number is ${number} with ${execute.slice(0, 60)}`, async () => {
      const file = await script(openhtf('part_number="P", ', execute));
      const host = await Host.run(python, file);
      assert.deepEqual(
        host.all('run_complete').map((each) => each.serial_number),
        [number, number],
        host.diagnostics(),
      );
      assert.equal(host.all('serial_number_request').length, number === 'SN-ASKED' ? 2 : 0);
      const inDryRun = await Host.run(python, file, { env: dry });
      const expected = number === 'SN-ASKED' ? 'DRY-RUN' : number;
      assert.equal(inDryRun.all('run_complete')[0]?.serial_number, expected, inDryRun.diagnostics());
    });
  }

  it('the chosen serial number and part number are in the push of the v1 client', async () => {
    const file = await script(`
from tofupilot import TofuPilotClient
client = TofuPilotClient()
unit = {}
client.create_run(procedure_id="FVT1", unit_under_test=unit, run_passed=True)
client.create_run(procedure_id="FVT1", unit_under_test={"serial_number": "OWN", "part_number": "OWN"}, run_passed=True)
print("unit:", unit)
`);
    recorder.requests.length = 0;
    const host = await Host.run(python, file, { partNumber: () => 'PCB01', env: recorder.environment });
    const body = z.looseObject({ unit_under_test: z.record(z.string(), z.string()) });
    assert.deepEqual(
      recorder.bodies('/api/v1/runs').map((each) => body.parse(each).unit_under_test),
      [
        { serial_number: 'SN-ASKED', part_number: 'PCB01' },
        { serial_number: 'OWN', part_number: 'OWN' },
      ],
      host.diagnostics(),
    );
    assert.equal(host.all('run_started')[0]?.part_number, 'PCB01');
    assert.match(host.stdout.toString(), /unit: \{\}\n/);
  });

  it('the chosen part number of an OpenHTF test is in the run that the script itself pushes for it', async () => {
    const file = await script(`
import openhtf as htf
from tofupilot import TofuPilotClient
def check(test):
    pass
htf.Test(check, procedure_id="FVT1").execute(lambda: "SN-1")
TofuPilotClient().create_run(procedure_id="FVT1", unit_under_test={"serial_number": "SN-1"}, run_passed=True)
print("pushed")
`);
    recorder.requests.length = 0;
    const host = await Host.run(python, file, { partNumber: () => 'PCB01', env: recorder.environment });
    assert.match(host.stdout.toString(), /pushed/, host.diagnostics());
    const body = z.looseObject({ unit_under_test: z.record(z.string(), z.string()) });
    assert.deepEqual(
      recorder.bodies('/api/v1/runs').map((each) => body.parse(each).unit_under_test),
      [{ serial_number: 'SN-1', part_number: 'PCB01' }],
    );
    assert.equal(host.all('run_started').length, 1);
  });

  it('the chosen serial number and part number are in the push of the v2 client', async () => {
    const file = await script(`
from datetime import datetime, timezone
from tofupilot.v2 import TofuPilot
now = datetime.now(timezone.utc)
with TofuPilot(api_key="a key of the station") as client:
    client.runs.create(outcome="PASS", procedure_id="FVT1", started_at=now, ended_at=now, serial_number="OWN")
`);
    recorder.requests.length = 0;
    const host = await Host.run(python, file, { partNumber: () => 'PCB01', env: recorder.environment });
    const body = z.looseObject({ serial_number: z.string(), part_number: z.string() });
    const [pushed] = recorder.bodies('/api/v2/runs');
    const { serial_number, part_number } = body.parse(pushed, { error: () => host.diagnostics() });
    assert.deepEqual([serial_number, part_number], ['OWN', 'PCB01']);
  });

  it('the chosen part number is in the pending upload of plain phases', async () => {
    const host = await Host.run(python, await script('def phase_one():\n    pass\n'), { partNumber: () => 'PCB01' });
    assert.equal(host.one('run_started').part_number, 'PCB01', host.diagnostics());
  });

  it('the docstrings of phases stay in the record', async () => {
    const print = 'print("doc:", [each.codeinfo.docstring for each in record.phases if each.name == "check"])';
    const file = await script(
      openhtf('part_number="P", ', `test.add_output_callbacks(lambda record: ${print}); test.execute(lambda: "SN")`),
    );
    const host = await Host.run(python, file);
    assert.match(host.stdout.toString(), /doc: \['Looks at it\.\\n\\nTwice\.'\]/, host.diagnostics());
  });
});
