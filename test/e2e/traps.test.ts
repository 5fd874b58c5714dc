import assert from 'node:assert/strict';
import { before, it } from 'mocha';
import type { Run } from '../../src/shared/contract/runs.ts';
import { describeSlow } from '../support/slow.ts';
import { createStation } from './support/bench.ts';
import { useSharedBench } from './support/sharedBench.ts';
import { eventually } from './support/until.ts';

const station = 'Prüfplatz Ä 1';

/** An OpenHTF script, pushed by its own client; it ends with exit code 0 whatever it finds. */
const script = (serial: string, body: string, start = `lambda: "${serial}"`): string => `
import os, sys, time
import openhtf as htf
from openhtf.plugs.user_input import UserInput
from tofupilot.openhtf import upload

${body}

test = htf.Test(phase, procedure_id="FVT1", part_number="Gerät 1")
test.add_output_callbacks(upload())
test.execute(${start})
`;

describeSlow('misleading scripts', function () {
  const { bench, workbench } = useSharedBench();

  before(async () => {
    const window = workbench();
    await createStation(window, station);
    await bench.linkedProcedure(station, 'FVT1');
  });

  const start = async (file: string, text: string): Promise<void> => {
    bench.write(file, text);
    await workbench().openFile(file);
    await workbench().editorAction('Run Procedure on Station');
  };
  const shows = (pattern: RegExp): Promise<void> =>
    eventually(async () => assert.match((await workbench().testResultRows()).join('\n'), pattern));
  const saved = async (serial: string): Promise<Run> => {
    const all = (await bench.runs()).filter((run) => run.unit.serial_number === serial);
    assert.equal(all.length, 1);
    return bench.run(all[0]?.id ?? '');
  };

  it('shows a PASS without a phase as ERROR', async () => {
    const body = `
def phase(test): pass

class Scanner:
    def serial(self): return "SN-NONE"
`;
    await start('none.py', script('', body, 'Scanner().serial'));
    await workbench()
      .notification(/ERROR\. The test reported PASS, but not a single phase ran/)
      .close();
  });

  it('shows FAIL despite exit code 0, evaluates NaN as outside every limit, and stores the run', async () => {
    const body = `
@htf.measures(htf.Measurement("rail").in_range(3, 4), htf.Measurement("curve").with_dimensions("s"))
def phase(test):
    test.measurements.rail = float("nan")
    test.measurements.curve[0.5] = float("nan")
`;
    await start('nan.py', script('SN-NAN', body));
    const message = workbench().notification(/SN-NAN: FAIL\. .*Saved as a run of FVT1/);
    await message.close();
    const run = await saved('SN-NAN');
    assert.equal(run.outcome, 'FAIL');
    const rail = run.phases.at(-1)?.measurements.find(({ name }) => name === 'rail');
    assert.deepEqual([rail?.outcome, rail?.measured_value], ['FAIL', 'nan']);
    await shows(/nan/);
  });

  /** A plain script of two phases that pass, with something between them. */
  const twoPhases = (serial: string, between: string): string => `
import os, sys
PROCEDURE_ID, SERIAL_NUMBER, PART_NUMBER = "FVT1", "${serial}", "P"
def phase_power(): pass
def phase_flash(): pass
phase_power()
${between}
phase_flash()
`;

  it('shows and stores ERROR for a plain script that crashes between two phases', async () => {
    await start('crash.py', twoPhases('SN-CRASH', 'raise ConnectionError("no answer from the supply")'));
    const message = workbench().notification(/ConnectionError: no answer from the supply \(crash\.py:7\)/);
    await message.text();
    await workbench().screenshot('plain-crash', 'light');
    await message.close();
    await eventually(async () => {
      await saved('SN-CRASH');
    });
    const run = await saved('SN-CRASH');
    assert.equal(run.outcome, 'ERROR');
    assert.deepEqual(run.phases.map(({ name, outcome }) => [name, outcome]), [['phase_power', 'PASS']]); // prettier-ignore
    assert.match(run.logs.at(-1)?.message ?? '', /exception that it did not catch: ConnectionError/);
  });

  it('shows and stores ERROR for a plain script whose process dies between two phases', async () => {
    await start('dies.py', twoPhases('SN-DIES', 'os._exit(0)'));
    const message = workbench().notification(/SN-DIES: ERROR\. The script's process ended in the middle of the run/);
    await message.text();
    await workbench().screenshot('plain-dies', 'dark');
    await message.close();
    const run = await saved('SN-DIES');
    assert.deepEqual([run.outcome, run.phases.length], ['ERROR', 1]);
  });

  it('leaves names with spaces and of all alphabets unchanged', async () => {
    const body = `
@htf.PhaseOptions(name="Spannung prüfen (5 V)")
@htf.measures(htf.Measurement("Spannung Ω 電圧").in_range(3, 4))
def phase(test):
    test.measurements["Spannung Ω 電圧"] = 3.3
`;
    await start('Prüfung № 1.py', script('Größe 1 № 電', body));
    await workbench().notification(`Größe 1 № 電: PASS. Saved as a run of FVT1 on ${station}.`).close();
    const run = await saved('Größe 1 № 電');
    const phase = run.phases.at(-1);
    assert.deepEqual([phase?.name, phase?.measurements[0]?.name], ['Spannung prüfen (5 V)', 'Spannung Ω 電圧']);
    await shows(/Spannung prüfen \(5 V\)/);
  });

  it('stores the run and keeps the window usable after 50 MB of printed and binary output', async () => {
    const body = `
def phase(test):
    for number in range(5_000):
        print(f"{number:08} " + "x" * 10_000)
    sys.stdout.flush()
    sys.stdout.buffer.write(bytes(range(256)) * 1000)
    sys.stdout.buffer.write(b"\\x1b]0;title\\x07\\x1b[2J\\x1b[31m\\xff\\xfe\\n")
    print('{"event":"run_complete","outcome":"FAIL"}')

import atexit
atexit.register(print, "the end of the prints")
`;
    await start('loud.py', script('SN-LOUD', body));
    await workbench()
      .notification(/SN-LOUD: PASS\..*Saved as a run of FVT1/)
      .close();
    await workbench().pickTestResult(/loud\.py/);
    await eventually(async () => assert.match(await workbench().testResultText(), /the end of the prints/));
    await saved('SN-LOUD');
  });

  it('follows a script that changes its folder, closes its output and forks until it ends', async () => {
    const body = `
import tempfile

def phase(test):
    os.chdir(tempfile.gettempdir())
    child = os.fork()
    if child == 0:
        time.sleep(0.2)
        os._exit(0)
    os.close(1)
    sys.stdout = open(os.devnull, "w")
`;
    await start('closing.py', script('SN-CLOSED', body));
    await workbench()
      .notification(/SN-CLOSED: PASS\..*Saved as a run of FVT1/)
      .close();
    await saved('SN-CLOSED');
  });

  it('shows ERROR for a prompt that times out and closes its input box', async () => {
    const window = workbench();
    const body = `
@htf.plugs.plug(prompts=UserInput)
def phase(test, prompts):
    prompts.prompt("Is the LED green?", timeout_s=8)
`;
    await start('asking.py', script('SN-ASK', body));
    await window.quickInput.opened(`Operator prompt of asking.py · ${station}`);
    await window.notification(/SN-ASK: ERROR\. .*Saved as a run of FVT1/).close();
    await window.quickInput.closed();
    assert.equal((await saved('SN-ASK')).outcome, 'ERROR');
  });
});
