import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, it } from 'mocha';
import { newRunBody } from '../../src/shared/contract/newRuns.ts';
import { pendingUploadEntry } from '../../src/shared/contract/pendingUpload.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { Host } from './support/host.ts';
import { script, withNewestPython } from './support/script.ts';

const place = { instance: 'local', server: 'this machine', station: { id: 'the station', name: 'Bench 1' } };

/** Two phases that pass, with `{between}` and `{after}` as a script may have them. */
const twoPhases = (between: string, after = ''): string => `
import os, sys, threading
SERIAL_NUMBER = "SN-1"
def phase_a(): pass
def phase_b(): pass
phase_a()
${between}
phase_b()
${after}
`;

withNewestPython('The verdict of a plain script', (python) => {
  let folder: string;
  beforeEach(async () => {
    folder = path.join(path.dirname(await script('')), 'outbox');
    mkdirSync(folder);
  });

  const options = () => ({
    procedure: () => 'b7a3f6de-5b7e-4b3b-9a51-3c2a4c1f0e11',
    env: { [runnerEnvironment.outbox]: folder, [runnerEnvironment.place]: JSON.stringify(place) },
  });
  const run = async (text: string): Promise<Host> => Host.run(python, await script(text), options());
  /** What is stored: the unit, the outcome, and the outcomes of its phases. */
  const stored = (): [string, string, string][] =>
    readdirSync(folder)
      .map((name): [string, string, string] => {
        const { outcome } = pendingUploadEntry.parse(
          JSON.parse(readFileSync(path.join(folder, name, 'entry.json'), 'utf8')),
        );
        const body = newRunBody.parse(JSON.parse(readFileSync(path.join(folder, name, 'body.json'), 'utf8')));
        assert.equal(body.outcome, outcome);
        return [body.serial_number, outcome, (body.phases ?? []).map((phase) => phase.outcome).join(' ')];
      })
      .sort();

  it('a plain run is PASS only after the natural end of the script', async () => {
    // The end of a phase is saved later if the disk is slow.
    const untilSaved = `
import pathlib, time
while not any('"PASS"' in body.read_text() for body in pathlib.Path(${JSON.stringify(folder)}).glob("*/body.json")):
    time.sleep(0.01)`;
    const cases: [string, string, string, string][] = [
      ['', '', 'PASS', 'PASS PASS'],
      ['', 'sys.exit(0)', 'PASS', 'PASS PASS'],
      ['raise ConnectionError("no answer")', '', 'ERROR', 'PASS'],
      ['sys.exit("no fixture")', '', 'ERROR', 'PASS'],
      ['', 'sys.exit(1)', 'ERROR', 'PASS PASS'],
      ['', 'import atexit; atexit.register(lambda: 1 / 0)', 'ERROR', 'PASS PASS'],
      [`${untilSaved}\nos._exit(0)`, '', 'ERROR', 'PASS'],
      ['threading.Thread(target=lambda: 1 / 0).start()', '', 'PASS', 'PASS PASS'],
      [
        'thread = threading.Thread(target=lambda: (phase_b(), 1 / 0)); thread.start(); thread.join()',
        '',
        'ERROR',
        'PASS PASS PASS',
      ],
    ];
    for (const [between, after, outcome, phases] of cases) {
      const host = await run(twoPhases(between, after));
      assert.deepEqual(stored(), [['SN-1', outcome, phases]], `${between} ${after} ${host.diagnostics()}`);
      for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true });
    }
  });

  it('a plain run that is FAIL stays FAIL when the script ends with an exit code', async () => {
    await run(`
import sys
SERIAL_NUMBER = "SN-1"
def phase_a(): return False
phase_a()
sys.exit(1)
`);
    assert.deepEqual(stored(), [['SN-1', 'FAIL', 'FAIL']]);
  });

  it('a plain run is ABORTED after a stop between two phases', async () => {
    const host = await Host.start(
      python,
      await script(twoPhases('print("between", flush=True)\nthreading.Event().wait()')),
      options(),
    );
    await host.untilPrinted('between');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130);
    assert.deepEqual(stored(), [['SN-1', 'ABORTED', 'PASS']], host.diagnostics());
    assert.equal(host.one('run_complete').outcome, 'ABORTED');
  });

  it('a plain run is ABORTED after a stop while the result of an ended thread is still being stored', async () => {
    const inThreads = `
import threading
SERIAL_NUMBER = "SN-1"
def phase_a(serial_number=None): pass
def phase_b(): pass
phase_a()
threads = [threading.Thread(target=phase_a, kwargs={"serial_number": f"SN-{number}"}) for number in range(2, 10)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("between", flush=True)
threading.Event().wait()
phase_b()
`;
    const host = await Host.start(python, await script(inThreads), options());
    await host.untilPrinted('between');
    host.send({ command: 'stop' });
    await host.ended;
    const [interrupted, ...ended] = stored();
    assert.deepEqual(interrupted, ['SN-1', 'ABORTED', 'PASS']);
    assert.deepEqual(
      ended,
      Array.from({ length: 8 }, (_, index) => [`SN-${index + 2}`, 'PASS', 'PASS']),
    );
  });

  it('a value that is not an outcome is an ERROR with a message, and booleans of other libraries are outcomes', async () => {
    const host = await run(`
import enum
SERIAL_NUMBER = "SN-1"
class Bool:
    dtype, shape = "bool", ()
    def __init__(self, value): self.value = value
    def __bool__(self): return self.value
class Outcome(enum.Enum):
    FAIL = "FAIL"
class Broken:
    def __repr__(self): raise RuntimeError
def volts(value, **more):
    return {"measurements": [{"name": "volts", "measured_value": value, "lower_limit": 3.2, "upper_limit": 3.4, **more}]}
answers = [0, "fail", (False, "why"), Broken(), {"outcome": "FAIL", "measurements": 3.3}, volts("3.3"), volts(3.3, upper_limit="3.4"),
    Bool(False), Outcome.FAIL, volts(9.9), volts(9.9, outcome="PASS"), volts(None), volts(float("nan")), Bool(True), volts(3.3), None]
def phase_setup(): pass
def phase_answer(number): return answers[number]
phase_setup()
for number in range(len(answers)):
    phase_answer(number)
`);
    const answered = host.all('phase_complete').slice(1);
    assert.deepEqual(
      answered.map(({ outcome }) => outcome),
      [...Array<string>(7).fill('ERROR'), ...Array<string>(6).fill('FAIL'), 'PASS', 'PASS', 'PASS'],
      host.diagnostics(),
    );
    assert.equal(
      answered[1]?.failure?.message,
      'Phase phase_answer returned \'fail\', which is not an outcome. Return None, True or False, one of "PASS", "FAIL", "SKIP", "ERROR" and "RETRY", or a dict.',
    );
    assert.match(answered[5]?.failure?.message ?? '', /measurement "volts" whose value '3.3' is not a number/);
    assert.equal(stored()[0]?.[1], 'ERROR');
  });

  it('a script with an asynchronous phase or a generator is refused before it runs', async () => {
    for (const phase of ['async def phase_b(): pass', 'def phase_b():\n    yield 1']) {
      const host = await run(`SERIAL_NUMBER = "SN-1"\nprint("ran")\ndef phase_a(): pass\n${phase}\n`);
      const { reason, failure } = host.one('run_crashed');
      assert.equal(reason, 'load_error');
      assert.match(failure.message, /^The phase phase_b is (asynchronous|a generator)\./);
      assert.equal(failure.place?.line, 4);
      assert.equal(await host.ended, 1);
      assert.doesNotMatch(host.stdout.toString(), /ran/);
      assert.deepEqual(stored(), []);
    }
  });

  it('each unit has its own verdict when several are tested in threads', async () => {
    const host = await run(`
import concurrent.futures, threading
both = threading.Barrier(2)
def phase_a(serial_number): both.wait()
def phase_b(serial_number): return serial_number != "SN-2"
def slot(serial_number):
    phase_a(serial_number)
    both.wait()
    if serial_number == "SN-4": raise ConnectionError
    phase_b(serial_number)
slots = [threading.Thread(target=slot, args=(number,)) for number in ("SN-1", "SN-2")]
for each in slots: each.start()
for each in slots: each.join()
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    futures = [pool.submit(slot, number) for number in ("SN-3", "SN-4")]
`);
    assert.deepEqual(
      stored(),
      [
        ['SN-1', 'PASS', 'PASS PASS'],
        ['SN-2', 'FAIL', 'PASS FAIL'],
        ['SN-3', 'PASS', 'PASS PASS'],
        ['SN-4', 'ERROR', 'PASS'],
      ],
      host.diagnostics(),
    );
  });

  it('a task of a thread pool that fails before it calls a phase of the unit does not lower the verdict', async () => {
    const host = await run(`
import concurrent.futures
def phase_a(serial_number): pass
def phase_b(): pass
def unit(serial_number, fixture, check):
    fixture()
    phase_a(serial_number)
    check()
def fail(): raise ConnectionError("no fixture")
def nothing(): pass
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    for arguments in (("SN-1", nothing, nothing), ("SN-2", fail, nothing), ("SN-3", nothing, fail), ("SN-4", nothing, nothing)):
        pool.submit(unit, *arguments)
phase_a("SN-5")
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    for task in (phase_b, fail, phase_b):
        pool.submit(task)
phase_a("SN-6")
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    for task in (phase_b, lambda: (phase_b(), fail()), phase_b):
        pool.submit(task)
`);
    assert.deepEqual(
      stored(),
      [
        ['SN-1', 'PASS', 'PASS'],
        ['SN-3', 'ERROR', 'PASS'],
        ['SN-4', 'PASS', 'PASS'],
        ['SN-5', 'PASS', 'PASS PASS PASS'],
        ['SN-6', 'ERROR', 'PASS PASS PASS PASS'],
      ],
      host.diagnostics(),
    );
  });
});
