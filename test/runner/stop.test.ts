import assert from 'node:assert/strict';
import { it } from 'mocha';
import { Host } from './support/host.ts';
import { Recorder } from './support/recorder.ts';
import { script, withNewestPython } from './support/script.ts';

const loop = `
import time
import openhtf as htf

def soak(test):
    print("soaking", flush=True)
    while True:
        time.sleep(0.01)

def power_off(test):
    print("powered off", flush=True)

test = htf.Test(htf.PhaseGroup(main=[soak], teardown=[power_off]), procedure_id="FVT1")
while True:
    test.execute(lambda: "SN-1")
    print("after the test", flush=True)
`;

const asking = `
import openhtf as htf
from openhtf.plugs.user_input import UserInput, prompt_for_test_start

@htf.plugs.plug(prompts=UserInput)
def ask(test, prompts):
    prompts.prompt("Ready?")

@htf.plugs.plug(prompts=UserInput)
def remove(test, prompts):
    prompts.prompt("Remove the unit.")
    print("powered off")

test = htf.Test(htf.PhaseGroup(main=[ask], teardown=[remove]))
`;

withNewestPython('Stop', (python) => {
  it('a stop ends the running phase, lets the teardown run and ends the loop', async () => {
    const host = await Host.start(python, await script(loop));
    await host.untilPrinted('soaking\n');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130, host.diagnostics());
    const run = host.one('run_complete');
    assert.equal(run.outcome, 'ABORTED');
    assert.deepEqual(run.outcome_details, ['Test aborted by operator.']);
    assert.deepEqual(
      host.all('phase_complete').map((phase) => [phase.name, phase.outcome, phase.failure]),
      [
        ['soak', 'ERROR', null],
        ['power_off', 'PASS', null],
      ],
    );
    assert.match(host.stdout.toString(), /powered off[\s\S]+after the test/);
    assert.equal(host.all('run_started').length, 1);
    assert.deepEqual(host.all('run_crashed'), []);
    assert.equal(host.one('script_ended').exit_code, 130);
    assert.doesNotMatch(host.stderr, /Traceback/);
  });

  const clients = {
    'its upload callback': loop.replace(
      'while True:\n    test',
      'from tofupilot.openhtf import upload\ntest.add_output_callbacks(upload())\nwhile True:\n    test',
    ),
    'its deprecated context manager': loop
      .replace(
        'while True:\n    test',
        'from tofupilot.openhtf import TofuPilot\nwhile True:\n  with TofuPilot(test):\n    test',
      )
      .replace('    print("after', '  print("after'),
  };
  it('a stop that comes just before OpenHTF starts a phase ends that phase, too', async () => {
    const slowStart = `
import logging, time
class SlowStart(logging.Handler):
    def emit(self, record):
        if record.getMessage().startswith("Executing phase soak"):
            time.sleep(1)
logging.getLogger("openhtf").setLevel(logging.DEBUG)
logging.getLogger("openhtf").addHandler(SlowStart())
`;
    const host = await Host.start(python, await script(loop.replace('def soak', `${slowStart}\ndef soak`)));
    await host.until('phase_started');
    assert.doesNotMatch(host.stdout.toString(), /soaking/);
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130, host.diagnostics());
    assert.equal(host.one('run_complete').outcome, 'ABORTED');
    assert.match(host.stdout.toString(), /powered off/);
  });

  for (const [way, text] of Object.entries(clients)) {
    it(`a stop ends a loop with the official client by ${way}, and the aborted run is pushed`, async () => {
      const recorder = await Recorder.start();
      const host = await Host.start(python, await script(text), { env: recorder.environment });
      await host.untilPrinted('soaking\n');
      host.send({ command: 'stop' });
      assert.equal(await host.ended, 130, host.diagnostics());
      assert.equal(host.one('run_complete').outcome, 'ABORTED');
      assert.equal(host.one('run_uploaded').execution_id, host.one('run_started').execution_id);
      recorder.stop();
    });
  }

  it('a stop ends an open prompt, but not the one of a teardown', async () => {
    const file = await script(`${asking}test.execute(lambda: "SN-1")\nprint("after the test")\n`);
    const host = await Host.start(python, file);
    await host.until('ui_request');
    host.send({ command: 'stop' });
    await host.untilTrue(() => host.all('ui_request').length === 2);
    const [ask, remove] = host.all('ui_request');
    assert.equal(host.one('ui_resolved').request_id, ask?.request_id);
    assert.equal(remove?.message, 'Remove the unit.');
    host.send({ command: 'ui_response', request_id: remove.request_id, value: '' });
    assert.equal(await host.ended, 0, host.diagnostics());
    assert.equal(host.one('run_complete').outcome, 'ABORTED');
    assert.deepEqual(host.all('phase_complete').map((phase) => phase.failure), [null, null]); // prettier-ignore
    assert.match(host.stdout.toString(), /powered off[\s\S]+after the test/);
  });

  it('a kill ends a teardown that waits', async () => {
    const file = await script(`${asking}test.execute(lambda: "SN-1")\nprint("after the test")\n`);
    const host = await Host.start(python, file);
    await host.until('ui_request');
    host.send({ command: 'stop' });
    await host.untilTrue(() => host.all('ui_request').length === 2);
    host.send({ command: 'kill' });
    assert.equal(await host.ended, 0, host.diagnostics());
    assert.equal(host.one('run_complete').outcome, 'ABORTED');
    assert.doesNotMatch(host.stdout.toString(), /powered off/);
  });

  it('a stop ends the prompt for the serial number and the loop around it', async () => {
    const host = await Host.start(
      python,
      await script(`${asking}while True:\n    test.execute(prompt_for_test_start())\n`),
    );
    await host.until('ui_request');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130, host.diagnostics());
    assert.equal(host.one('run_complete').outcome, 'ABORTED');
    assert.equal(host.one('run_complete').phases_run, 0);
  });

  it('a stop ends the script between two tests', async () => {
    const file = await script(`
import time
import openhtf as htf
from tofupilot.openhtf import TofuPilot

def quick(test): pass

test = htf.Test(quick)
while True:
    try:
        test.execute(lambda: "SN-1")
        print("resting", flush=True)
        time.sleep(60)
    finally:
        print("put away", flush=True)
`);
    const host = await Host.start(python, file);
    await host.untilPrinted('resting\n');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130, host.diagnostics());
    assert.equal(host.one('run_complete').outcome, 'PASS');
    assert.match(host.stdout.toString(), /resting\nput away\n$/);
    assert.deepEqual(host.all('run_crashed'), []);
  });

  it('no test starts after a script has ignored the interrupt of a stop', async () => {
    const file = await script(`
import time
import openhtf as htf

def quick(test): print("ran")

test = htf.Test(quick)
try:
    print("waiting", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("swallowed")
test.execute(lambda: "SN-1")
print("not reached")
`);
    const host = await Host.start(python, file);
    await host.untilPrinted('waiting\n');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130, host.diagnostics());
    assert.match(host.stdout.toString(), /^waiting\nswallowed\n$/);
    assert.deepEqual(host.all('run_started'), []);
  });

  it('a stop ends the wait for the procedure, and no test starts', async () => {
    const file = await script(`${asking}test.execute(lambda: "SN-1")\n`);
    const host = await Host.start(python, file, { procedure: 'none' });
    await host.until('procedure_request');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130, host.diagnostics());
    assert.deepEqual(host.all('run_started'), []);
  });

  it('a stop interrupts a plain script, whose finally block runs', async () => {
    const file = await script(`
import time
try:
    print("looping", flush=True)
    while True:
        time.sleep(60)
finally:
    print("power off")
`);
    const host = await Host.start(python, file);
    await host.untilPrinted('looping\n');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130);
    assert.equal(host.stdout.toString(), 'looping\npower off\n');
    assert.equal(host.stderr, '');
    assert.deepEqual(host.names(), ['hello', 'script_ended']);
  });

  it('a stop lets a plain script call a phase that cleans up, in its finally block', async () => {
    const host = await Host.start(
      python,
      await script(`
import time
PROCEDURE_ID, SERIAL_NUMBER, PART_NUMBER = "FVT1", "SN1", "P1"
def phase_soak():
    print("soaking", flush=True)
    time.sleep(60)
def phase_off():
    return True
def phase_next():
    return True
try:
    phase_soak()
finally:
    phase_off()
    print("finished", flush=True)
phase_next()
`),
    );
    await host.untilPrinted('soaking');
    host.send({ command: 'stop' });
    await host.ended;
    assert.match(host.stdout.toString(), /finished/, host.diagnostics());
    assert.deepEqual(
      host.all('phase_complete').map(({ name, outcome }) => [name, outcome]),
      [
        ['phase_soak', 'ERROR'],
        ['phase_off', 'PASS'],
      ],
    );
    assert.equal(host.one('run_complete').outcome, 'ABORTED');
  });

  it('a stop works before the first line of a script and during an import', async () => {
    const host = await Host.start(python, await script('import openhtf\nimport time\ntime.sleep(60)\n'));
    await host.until('hello');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130, host.diagnostics());
    assert.equal(host.one('script_ended').exit_code, 130);
    assert.deepEqual(host.all('run_crashed'), []);
  });

  it("a stop calls the script's own handler of SIGINT", async () => {
    const file = await script(`
import signal, time
def leave(*_):
    print("leaving")
    raise SystemExit(7)
signal.signal(signal.SIGINT, leave)
print("ready", flush=True)
time.sleep(60)
`);
    const host = await Host.start(python, file);
    await host.untilPrinted('ready\n');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 7);
    assert.equal(host.stdout.toString(), 'ready\nleaving\n');
  });
});
