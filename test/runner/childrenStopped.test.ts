import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { before, it } from 'mocha';
import { RunnerProcess, type RunPlan } from '../../src/extension/run/process/runnerProcess.ts';
import { UploadFolder } from '../../src/extension/run/uploads/uploadFolder.ts';
import { isAlive } from '../../src/extension/vscode/processes.ts';
import { type RunnerCommand, runnerEnvironment, type RunnerEvent } from '../../src/shared/contract/runner.ts';
import { runPlan } from '../faults/runPlan.ts';
import { skip } from '../support/skip.ts';
import { Host, startup } from './support/host.ts';
import { scriptFolder, withNewestPython } from './support/script.ts';

const worker = `
import os, sys, time
import openhtf as htf
from openhtf.plugs.user_input import UserInput

def until(file):
    while not os.path.exists(file):
        time.sleep(0.01)

def soak(test):
    print("soaking", os.getpid(), flush=True)
    while True:
        time.sleep(0.01)

def power_off(test):
    time.sleep(1)  # longer than subprocess.run waits before it kills its child
    print("powered off", flush=True)

def die(test):
    os.kill(os.getpid(), 9)

@htf.plugs.plug(prompts=UserInput)
def ask(test, prompts):
    print("answered", prompts.prompt("Which color?", text_input=True), flush=True)

def wait(test):
    print("waiting", flush=True)
    until("go")

def soaks():
    execute(htf.PhaseGroup(main=[soak], teardown=[power_off]))

def dies_stopping():
    execute(htf.PhaseGroup(main=[soak], teardown=[die]))

def dies():
    execute(die)

def asks():
    execute(ask)

def waits():
    execute(wait)

def pushes_later():
    from tofupilot import TofuPilotClient
    execute(lambda test: None)
    print("waiting", flush=True)
    until("go")
    TofuPilotClient().create_run(procedure_id="FVT1", run_passed=True,
        unit_under_test={"serial_number": "SN-1", "part_number": "P"})

def tests_twice():
    execute(lambda test: None)
    execute(lambda test: None)

def execute(*phases):
    htf.Test(*phases, procedure_id="FVT1", part_number="P").execute(lambda: "SN-1")

if __name__ == "__main__":
    globals()[sys.argv[1]]()
`;

/** Ways to run a function of the worker in a child process, and to wait for it. */
const ways: Record<string, (work: string) => string> = {
  'subprocess.run': (work) => `
import subprocess, sys
subprocess.run([sys.executable, "worker.py", "${work}"])`,
  'os.fork': (work) => `
import os, worker
child = os.fork()
if child == 0:
    try: worker.${work}()
    finally: os._exit(0)
os.waitpid(child, 0)`,
  ...Object.fromEntries(
    ['fork', 'spawn', 'forkserver'].map((method) => [
      `multiprocessing with ${method}`,
      (work: string) => `
import multiprocessing, worker
if __name__ == "__main__":
    child = multiprocessing.get_context("${method}").Process(target=worker.${work})
    child.start()
    child.join()`,
    ]),
  ),
};

const planOf = (folder: string, box: UploadFolder): RunPlan =>
  runPlan({
    script: join(folder, 'main.py'),
    folder,
    url: 'http://127.0.0.1:1',
    station: { id: 'x', key: 'a key' },
    box,
  });

/** A script as the editor runs it, whose server is away. */
class Run {
  readonly events: RunnerEvent[] = [];
  readonly died: number[] = [];
  printed = '';
  readonly #news = new EventEmitter();
  #runner: RunnerProcess | undefined;
  readonly #answer: string;
  #ended = false;

  private constructor(answer: string) {
    this.#answer = answer;
  }

  static async start(python: string, folder: string, box: UploadFolder, answer = ''): Promise<Run> {
    const run = new Run(answer);
    const plan = planOf(folder, box);
    run.#runner = await RunnerProcess.start(
      { ...plan, python: [python], env: { ...plan.env, [runnerEnvironment.startup]: startup } },
      {
        event: (event) => run.#take(event),
        output: (text) => {
          run.printed += text;
          run.#news.emit('news');
        },
        protocolError: (message) => assert.fail(message),
        childDied: (pid) => run.died.push(pid),
      },
    );
    void run.#runner.ended.then(() => {
      run.#ended = true;
      run.#news.emit('news');
    });
    return run;
  }

  send(command: RunnerCommand): void {
    this.#runner?.send(command);
  }

  get ended(): Promise<number | null> {
    return this.#runner?.ended ?? assert.fail();
  }

  /** Resolves with the first group of the pattern once it has been printed. */
  async untilPrinted(pattern: RegExp): Promise<string> {
    for (;;) {
      const [all, group] = pattern.exec(this.printed) ?? [];
      if (all !== undefined) return group ?? all;
      assert.ok(!this.#ended, this.diagnostics());
      await once(this.#news, 'news');
    }
  }

  outcomes(): string[] {
    return this.events.flatMap((event) => (event.event === 'run_complete' ? [event.outcome] : []));
  }

  diagnostics(): string {
    return JSON.stringify({ events: this.events, died: this.died, printed: this.printed }, null, 1);
  }

  #take(event: RunnerEvent): void {
    this.events.push(event);
    if (event.event === 'procedure_request') {
      const { request_id, procedure_id } = event;
      this.send({ command: 'procedure_response', request_id, procedure_id });
    } else if (event.event === 'ui_request') {
      this.send({ command: 'ui_response', request_id: event.request_id, value: this.#answer });
    }
  }
}

withNewestPython('Child processes of a script', (python) => {
  before(function () {
    if (process.platform === 'win32') skip(this, 'Windows has no fork and no process groups');
  });

  async function given(main: string): Promise<{ folder: string; box: UploadFolder }> {
    const folder = await scriptFolder({ 'main.py': main, 'worker.py': worker });
    const box = new UploadFolder(join(dirname(folder), 'outbox'));
    await box.ensure();
    return { folder, box };
  }

  /** The script with a window that can go away. */
  const windowed = (folder: string, box: UploadFolder): Promise<Host> =>
    Host.start(python, join(folder, 'main.py'), { env: { ...planOf(folder, box).env } });

  /** What is left on the disk: outcome and serial number of each result, which is not busy. */
  async function left(box: UploadFolder): Promise<string[]> {
    const all = await box.list();
    assert.deepEqual(all.map(({ isBusy }) => isBusy), all.map(() => false)); // prettier-ignore
    return all.map(({ outcome, serial_number }) => `${outcome} ${serial_number}`);
  }

  /** Otherwise the script may end by itself, between the end of its child and the interrupt. */
  const outlive = '\nif __name__ == "__main__":\n    while 1: pass';

  for (const [way, main] of Object.entries(ways)) {
    it(`a child process started by ${way} runs its teardown before Stop interrupts the script`, async () => {
      const { folder, box } = await given(main('soaks') + outlive);
      const run = await Run.start(python, folder, box);
      await run.untilPrinted(/soaking (\d+)/);
      run.send({ command: 'stop' });
      assert.equal(await run.ended, 130, run.diagnostics());
      assert.match(run.printed, /powered off/, run.diagnostics());
      assert.deepEqual([run.outcomes(), run.died], [['ABORTED'], []], run.diagnostics());
      assert.deepEqual(await left(box), ['ABORTED SN-1'], run.diagnostics());
    });

    // With the others, it is a fork or a new program too.
    if (way.startsWith('multiprocessing')) continue;

    it(`a child process started by ${way} asks the operator through the editor`, async () => {
      const { folder, box } = await given(main('asks'));
      const run = await Run.start(python, folder, box, 'blue');
      assert.equal(await run.ended, 0, run.diagnostics());
      assert.match(run.printed, /answered blue/, run.diagnostics());
      assert.deepEqual(await left(box), ['PASS SN-1'], run.diagnostics());
    });

    it(`a child process started by ${way} that dies in a test is reported`, async () => {
      const { folder, box } = await given(main('dies'));
      const run = await Run.start(python, folder, box);
      assert.equal(await run.ended, 0, run.diagnostics());
      assert.deepEqual([run.outcomes(), run.died.length], [[], 1], run.diagnostics());
    });
  }

  it('a child process that dies in its teardown does not delay Stop', async () => {
    const { folder, box } = await given((ways['subprocess.run'] ?? assert.fail())('dies_stopping') + '\nwhile 1: pass');
    const run = await Run.start(python, folder, box);
    const pid = await run.untilPrinted(/soaking (\d+)/);
    run.send({ command: 'stop' });
    assert.equal(await run.ended, 130, run.diagnostics());
    assert.deepEqual(run.died, [Number(pid)], run.diagnostics());
  });

  it('child processes without a test are interrupted when they outlive a stopped script', async () => {
    const { folder, box } = await given(`
import subprocess, sys, time
plain = """
import os, time
try:
    print("plain", os.getpid(), flush=True)
    while True: time.sleep(0.01)
finally:
    print("switched off", flush=True)
"""
subprocess.Popen([sys.executable, "-c", plain])
while True: time.sleep(0.01)
`);
    const run = await Run.start(python, folder, box);
    const pid = Number(await run.untilPrinted(/plain (\d+)/));
    run.send({ command: 'stop' });
    assert.equal(await run.ended, 130, run.diagnostics());
    const isSwitchedOff = run.printed.includes('switched off');
    if (!isSwitchedOff) process.kill(pid, 'SIGKILL');
    assert.ok(isSwitchedOff, run.diagnostics());
  });

  it('child processes that outlive a script that was not stopped continue', async () => {
    const { folder, box } = await given(`
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time\\nwhile True: time.sleep(0.01)"],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print("child", child.pid, flush=True)
`);
    const run = await Run.start(python, folder, box);
    assert.equal(await run.ended, 0, run.diagnostics());
    const pid = Number(await run.untilPrinted(/child (\d+)/));
    assert.ok(isAlive(pid), run.diagnostics());
    process.kill(pid, 'SIGKILL');
  });

  for (const work of ['waits', 'pushes_later']) {
    it(`a child process that outlives the window saves its result once (${work})`, async () => {
      const { folder, box } = await given(`
import subprocess, sys
subprocess.run([sys.executable, "worker.py", "${work}"])
`);
      const host = await windowed(folder, box);
      await host.untilPrinted('waiting');
      await host.disconnect();
      await writeFile(join(folder, 'go'), '');
      await host.ended;
      assert.deepEqual(await left(box), ['PASS SN-1']);
    });
  }

  it('child processes that cannot reach the editor use the identity in the script and warn once', async () => {
    const { folder, box } = await given(`
import subprocess, sys
import worker
print("waiting", flush=True)
worker.until("go")
with open("errors.txt", "w") as errors:
    subprocess.run([sys.executable, "worker.py", "tests_twice"], stderr=errors)
`);
    const host = await windowed(folder, box);
    await host.untilPrinted('waiting');
    await host.disconnect();
    await writeFile(join(folder, 'go'), '');
    await host.ended;
    const errors = await readFile(join(folder, 'errors.txt'), 'utf8');
    assert.equal(errors.match(/child process \d+ cannot reach the editor/g)?.length, 1, errors);
    assert.deepEqual(await left(box), ['PASS SN-1', 'PASS SN-1'], errors);
  });
});
