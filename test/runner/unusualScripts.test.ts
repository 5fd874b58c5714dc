import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, it } from 'mocha';
import { pendingUploadEntry } from '../../src/shared/contract/pendingUpload.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { skip } from '../support/skip.ts';
import { Host } from './support/host.ts';
import { Recorder } from './support/recorder.ts';
import { script, scriptFolder, withNewestPython } from './support/script.ts';

const place = { instance: 'local', server: 'this machine', station: { id: 'the station', name: 'Prüfplatz 1' } };

withNewestPython('Unusual scripts', (python) => {
  let server: Recorder;
  let uploadFolder: string;
  beforeEach(async () => {
    server = await Recorder.start();
    uploadFolder = path.join(path.dirname(await script('')), 'outbox');
    mkdirSync(uploadFolder);
  });
  afterEach(() => server.stop());

  const environment = (): Record<string, string> => ({
    ...server.environment,
    [runnerEnvironment.outbox]: uploadFolder,
    [runnerEnvironment.place]: JSON.stringify(place),
  });
  const run = async (text: string): Promise<Host> => Host.run(python, await script(text), { env: environment() });

  it('printed lines that look like events stay output', async () => {
    const host = await run(`
import json, sys
import openhtf as htf

forged = json.dumps({"event": "run_complete", "execution_id": "forged", "time": 1, "outcome": "PASS"})

@htf.measures(htf.Measurement("rail").in_range(3, 4))
def measure(test):
    print(forged)
    print("no end of line: ", end="")
    test.measurements.rail = 5
    sys.stderr.write(forged + "\\n")

htf.Test(measure).execute(lambda: "SN-1")
print(forged, end="")
`);
    assert.equal(host.one('run_complete').outcome, 'FAIL', host.diagnostics());
    assert.equal(host.stdout.toString().split('"forged"').length, 3);
    assert.match(host.stderr, /"forged"/);
    assert.equal(await host.ended, 0);
  });

  it('50 MB of output are passed on completely and delay no event', async () => {
    const host = await run(`
import openhtf as htf

def loud(test):
    for _ in range(50):
        print("x" * (2 ** 20 - 1))

htf.Test(loud).execute(lambda: "SN-1")
`);
    assert.ok(host.stdout.length >= 50 * 2 ** 20, String(host.stdout.length));
    assert.equal(host.one('run_complete').outcome, 'PASS');
    assert.equal(host.names().at(-1), 'script_ended');
  });

  it('a forked child changes no results of its parent and reports nothing', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no fork');
    const host = await run(`
import os, sys
import openhtf as htf
from tofupilot.openhtf import upload

def phase(test): pass

def fork(record):
    child = os.fork()
    if child == 0:
        sys.exit(7)  # with all exit functions
    print("child", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print("handed", [name for name in os.listdir(${JSON.stringify(uploadFolder)}) for name in os.listdir(os.path.join(${JSON.stringify(uploadFolder)}, name)) if name == "handed.json"])

test = htf.Test(phase, procedure_id="FVT1", part_number="P")
test.add_output_callbacks(fork, upload())
test.execute(lambda: "SN-1")
`);
    // Out of a thread, the child ends with that thread's exception; its exit functions run all the same.
    assert.match(host.stdout.toString(), /child \d+\nhanded \[\]/, host.diagnostics());
    assert.equal(host.all('run_uploaded').length, 1, host.diagnostics());
    assert.deepEqual(host.all('run_upload_queued'), []);
    assert.equal(host.all('script_ended').length, 1);
    assert.deepEqual(readdirSync(uploadFolder), []);
  });

  it('a child that is forked between test and push hands over no result at its end', async function () {
    if (process.platform === 'win32') skip(this, 'Windows has no fork');
    const host = await run(`
import os, sys, tofupilot
import openhtf as htf

def phase(test): pass

htf.Test(phase, procedure_id="FVT1", part_number="P").execute(lambda: "SN-1")
child = os.fork()
if child == 0:
    sys.exit(7)
print("child", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
folder = ${JSON.stringify(uploadFolder)}
print([sorted(os.listdir(os.path.join(folder, each))) for each in os.listdir(folder)])
`);
    assert.match(host.stdout.toString(), /child 7\n\[\['body\.json', 'entry\.json'\]\]/, host.diagnostics());
    assert.equal(host.all('run_upload_queued').length, 1, host.diagnostics());
    assert.equal(host.one('script_ended').exit_code, 0);
  });

  it('a script may have modules with the names of standard modules and of the clients', async () => {
    const names = ['json', 'socket', 'logging', 'openhtf', 'requests', 'httpx'];
    const folder = await scriptFolder({
      'main.py': `
import ${names.join(', ')}

def power_on():
    print(${names.map((name) => `${name}.mine`).join(', ')})
    return 3.3

def leds():
    return False

power_on()
leds()
`,
      ...Object.fromEntries(names.map((name) => [`${name}.py`, `mine = "${name}"\n`])),
    });
    const file = path.join(folder, 'main.py');
    const plain = spawnSync(python, [file], { cwd: folder, encoding: 'utf8' });
    const host = await Host.run(python, file, { env: environment() });
    assert.equal(plain.stdout, `${names.join(' ')}\n`);
    assert.deepEqual([host.stdout.toString(), host.stderr], [plain.stdout, plain.stderr]);
    assert.equal(await host.ended, 0);
    assert.equal(host.names().at(-1), 'script_ended');
  });

  it('NaN is reported as text, fails its limits and is saved', async () => {
    const host = await run(`
import openhtf as htf

@htf.measures(htf.Measurement("rail").in_range(3, 4), htf.Measurement("curve").with_dimensions("s"), "free")
def measure(test):
    test.measurements.rail = float("nan")
    test.measurements.curve[float("inf")] = float("nan")
    test.measurements.free = float("nan")

htf.Test(measure, procedure_id="FVT1", part_number="P").execute(lambda: "SN-1")
`);
    const [rail, curve, free] = host.one('phase_complete').measurements;
    assert.deepEqual([rail?.measured_value, rail?.outcome], ['nan', 'FAIL'], host.diagnostics());
    assert.deepEqual(curve?.measured_value, [['inf', 'nan']]);
    assert.equal(free?.measured_value, 'nan');
    const [pending] = readdirSync(uploadFolder);
    const entry = pendingUploadEntry.parse(
      JSON.parse(readFileSync(path.join(uploadFolder, pending ?? '', 'entry.json'), 'utf8')),
    );
    assert.equal(entry.outcome, 'FAIL');
  });

  it('names with spaces and characters of any alphabet are reported unchanged', async () => {
    const folder = await scriptFolder({
      'Prüfung 1.py': `
import openhtf as htf
from tofupilot.openhtf import upload

@htf.PhaseOptions(name="Spannung prüfen (5 V)")
@htf.measures(htf.Measurement("Spannung Ω 電圧").in_range(3, 4))
def measure(test):
    test.measurements["Spannung Ω 電圧"] = 3.3
    test.attach("Bild ä 1.txt", "ä".encode())

test = htf.Test(measure, procedure_id="FVT1", part_number="Gerät 1")
test.add_output_callbacks(upload())
test.execute(lambda: "Größe 1 № 電")
`,
    }, 'Prüfplatz Ä 1'); // prettier-ignore
    const file = path.join(folder, 'Prüfung 1.py');
    const host = await Host.run(python, file, { env: environment() });
    assert.equal(host.one('run_complete').serial_number, 'Größe 1 № 電', host.diagnostics());
    const phase = host.one('phase_complete');
    assert.equal(phase.name, 'Spannung prüfen (5 V)');
    assert.deepEqual(phase.measurements.map(({ name, outcome }) => [name, outcome]), [['Spannung Ω 電圧', 'PASS']]); // prettier-ignore
    assert.equal(host.one('run_started').phases[0]?.place?.file, file);
    assert.equal(host.all('run_uploaded').length, 1, host.diagnostics());
    assert.deepEqual(readdirSync(uploadFolder), []);
    // Where Python takes names of files for ASCII.
    const ascii = await Host.run(python, file, { env: { ...environment(), PYTHONUTF8: '0', LC_ALL: 'C' } });
    assert.equal(ascii.one('run_started').phases[0]?.place?.file, file);
  });

  it('a prompt without an answer ends its phase with an error and is withdrawn', async () => {
    const host = await run(`
import openhtf as htf
from openhtf.plugs.user_input import UserInput

@htf.plugs.plug(prompts=UserInput)
def ask(test, prompts):
    prompts.prompt("Is the LED green?", timeout_s=0.2)

htf.Test(ask).execute(lambda: "SN-1")
`);
    assert.equal(host.one('ui_resolved').request_id, host.one('ui_request').request_id);
    assert.equal(host.one('phase_complete').outcome, 'ERROR');
    assert.equal(host.one('run_complete').outcome, 'ERROR');
    assert.equal(await host.ended, 0);
  });
});
