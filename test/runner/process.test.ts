import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { it } from 'mocha';
import { Host, runner } from './support/host.ts';
import { script, scriptFolder, withNewestPython } from './support/script.ts';

/** What a script sees of its process, as one line of JSON. */
const witness = `
import json, os, sys, inspect
def here(): pass
print(json.dumps({
    "argv": sys.argv,
    "path0": sys.path[0],
    "runner on path": [entry for entry in sys.path if entry.endswith("runner")],
    "main": [__name__, __file__, __package__, __spec__, __doc__],
    "found": sys.modules["__main__"].here is here,
    "code": here.__code__.co_filename,
    "source": inspect.getsource(here),
    "names": sorted(name for name in globals() if not name.startswith("__")),
    "imported": [name for name in ("openhtf", "tofupilot", "requests", "httpx") if name in sys.modules],
    "environment": sorted(name for name in os.environ if name.startswith("TEST_STATIONS")),
    "stdout": [sys.stdout.encoding, sys.stdout.errors, sys.stdout.line_buffering, sys.stdout.write_through,
               sys.stdout.name, sys.stdout.mode, sys.stdout.fileno(), sys.stdout.isatty(), sys.stdout.newlines],
    "stderr": [sys.stderr.encoding, sys.stderr.errors, sys.stderr.line_buffering, sys.stderr.name],
}))
`;

withNewestPython("The script's process", (python) => {
  it('the environment of the script is the same as under Python itself', async () => {
    const folder = await scriptFolder({ 'Prüfung 1.py': witness }, 'Station Ä 1');
    const file = path.join(folder, 'Prüfung 1.py');
    for (const pythonFlags of [[], ['-u']]) {
      const host = await Host.run(python, 'Prüfung 1.py', { args: ['-x', 'a b', 'é'], cwd: folder, pythonFlags });
      const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PYTHON')));
      const plain = spawnSync(python, [...pythonFlags, 'Prüfung 1.py', '-x', 'a b', 'é'], { cwd: folder, env });
      // One variable stays, which child processes need to be followed.
      const expected = { ...(JSON.parse(plain.stdout.toString()) as object), environment: ['TEST_STATIONS_CHILD'] };
      assert.deepEqual(JSON.parse(host.stdout.toString()), expected, host.diagnostics());
      assert.equal((JSON.parse(host.stdout.toString()) as { main: string[] }).main[1], file);
      assert.deepEqual(host.names(), ['hello', 'script_ended']);
    }
  });

  it('the script imports its own modules, whatever they are called', async () => {
    const folder = await scriptFolder({
      'main.py':
        'import channel, json, queue, session, launch\nprint(channel.x, json.x, queue.x, session.x, launch.x)\n',
      'channel.py': 'x = 1\n',
      'json.py': 'x = 2\n',
      'queue/__init__.py': 'x = 3\n',
      'session.py': 'x = 4\n',
      'launch.py': 'x = 5\n',
      'logging/today.txt': 'not a module',
      'threading/readme.txt': 'not a module',
    });
    const host = await Host.run(python, path.join(folder, 'main.py'));
    assert.equal(host.stdout.toString(), '1 2 3 4 5\n', host.diagnostics());
  });

  it('all output of the script is passed on, including binary', async () => {
    const file = await script(`
import sys
for number in range(50000):
    print("line", number)
sys.stdout.flush()
sys.stdout.buffer.write(bytes(range(256)) * 1000)
print("ünïcode", file=sys.stderr)
`);
    const host = await Host.run(python, file, { env: { PYTHONIOENCODING: 'utf-8' } });
    const lines = Array.from({ length: 50000 }, (_, number) => `line ${number}\n`).join('');
    const binary = Buffer.alloc(256_000, Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)));
    assert.ok(host.stdout.equals(Buffer.concat([Buffer.from(lines), binary])));
    assert.equal(host.stderr, 'ünïcode\n');
  });

  it('reporting continues when the script closes stdout, changes its folder or leaves threads running', async () => {
    const file = await script(`
import os, sys, tempfile, threading
import requests

def push_later():
    main.join()
    try:
        requests.post("http://127.0.0.1:1/api/v1/runs")
    except requests.ConnectionError:
        pass

main = threading.main_thread()
threading.Thread(target=push_later).start()
os.chdir(tempfile.gettempdir())
sys.stdout.close()
os.close(1)
sys.stdout = None
raise SystemExit(3)
`);
    const host = await Host.run(python, file, { env: { TOFUPILOT_URL: 'http://127.0.0.1:1' } });
    assert.equal(await host.ended, 3, host.diagnostics());
    assert.deepEqual(host.names(), ['hello', 'run_upload_failed', 'script_ended'], host.diagnostics());
    assert.equal(host.one('script_ended').exit_code, 3);
  });

  it('a script that calls os._exit loses only the last event', async () => {
    const file = await script(`
import os
import openhtf as htf
def quick(test): pass
htf.Test(quick).execute(lambda: "SN-1")
os._exit(4)
`);
    const host = await Host.run(python, file);
    assert.equal(await host.ended, 4);
    assert.equal(host.names().at(-1), 'run_complete');
  });

  it('the script continues undisturbed when the host disconnects during a run', async () => {
    const file = await script(`
import pathlib, subprocess, sys, time
import openhtf as htf
from openhtf.plugs.user_input import UserInput

def long(test):
    test.logger.info("begun")
    marker = pathlib.Path(__file__).with_name("gone")
    while not marker.exists():
        print("still here " * 1000, flush=True)
        print("still here", file=sys.stderr)
        time.sleep(0.01)
    for number in range(1000):
        print("nobody reads this " * 100)
        sys.stdout.buffer.write(b"nor this")

htf.Test(long, procedure_id="X").execute(lambda: "SN-1")
test = htf.Test(long, procedure_id="X")
test.execute(lambda: "SN-2")
subprocess.run([sys.executable, "-c", "print('a child')"], check=True)
pathlib.Path(__file__).with_name("result").write_text(f"{test.descriptor.metadata['procedure_id']} finished")
`);
    const host = await Host.start(python, file);
    await host.until('phase_log');
    await host.disconnect();
    const folder = path.dirname(file);
    await writeFile(path.join(folder, 'gone'), '');
    assert.equal(await host.ended, 0);
    assert.equal(await readFile(path.join(folder, 'result'), 'utf8'), 'X finished');
  });

  it('no test runs under a procedure that the disconnected host would have to confirm', async () => {
    const file = await script(`
import pathlib, time
import openhtf as htf

def wait(test):
    test.logger.info("begun")
    while not pathlib.Path(__file__).with_name("gone").exists():
        time.sleep(0.01)

def forbidden(test):
    pathlib.Path(__file__).with_name("forbidden").write_text("ran")

htf.Test(wait, procedure_id="X").execute(lambda: "SN-1")
htf.Test(forbidden, procedure_id="Y").execute(lambda: "SN-2")
`);
    const host = await Host.start(python, file);
    await host.until('phase_log');
    await host.disconnect();
    const folder = path.dirname(file);
    await writeFile(path.join(folder, 'gone'), '');
    assert.equal(await host.ended, 130);
    await assert.rejects(readFile(path.join(folder, 'forbidden')), { code: 'ENOENT' });
  });

  it('the script can start processes by multiprocessing', async () => {
    const file = await script(`
import multiprocessing, pickle, sys

class Reading:
    def __init__(self, value): self.value = value

def square(reading):
    return Reading(reading.value ** 2)

def fork(queue):
    queue.put("forked")

if __name__ == "__main__":
    assert pickle.loads(pickle.dumps(Reading(3))).value == 3
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print([each.value for each in pool.map(square, [Reading(2), Reading(3)])])
    if sys.platform == "linux":
        context = multiprocessing.get_context("fork")
        queue = context.SimpleQueue()
        child = context.Process(target=fork, args=(queue,))
        child.start()
        child.join()
        print(queue.get())
`);
    const host = await Host.run(python, file);
    assert.match(host.stdout.toString(), /^\[4, 9\]\n/, host.diagnostics());
    assert.equal(host.stderr, '');
    assert.deepEqual(host.names(), ['hello', 'script_ended']);
  });

  it('values without a JSON form are reported as text', async () => {
    const file = await script(`
import openhtf as htf

names = ["inf", "huge", "bytes", "keys", "long", "list"]
values = [float("-inf"), 10 ** 5000, b"\\xff" * 10, {"a": {1: None}}, "x" * 300000, list(range(100000))]

@htf.measures(*[htf.Measurement(name) for name in names])
def measure(test):
    for name, value in zip(names, values):
        setattr(test.measurements, name, value)

htf.Test(measure).execute(lambda: "SN-1")
`);
    const host = await Host.run(python, file);
    const { measurements } = host.one('phase_complete');
    const [inf, huge, bytes, keys, long, list] = measurements.map((each) => each.measured_value);
    assert.equal(inf, '-inf');
    assert.equal(typeof huge, 'string');
    assert.deepEqual(keys, { a: { 1: null } });
    assert.equal(bytes, `b'${'\\xff'.repeat(10)}'`);
    assert.ok(typeof long === 'string' && /^x+… \(300000 characters\)$/.test(long) && long.length === 100_000);
    assert.ok(Array.isArray(list) && list.length < 100000 && list.at(-1) === '… (100000 items)');
  });

  it('the runner exits with a message when no host is given', () => {
    const { status, stderr } = spawnSync(python, [runner, 'main.py'], { encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, /^Test Stations: TEST_STATIONS_CHANNEL and TEST_STATIONS_TOKEN are not set\..*\n$/);
  });

  it('the runner exits with a message when the host does not listen', () => {
    const env = { ...process.env, TEST_STATIONS_CHANNEL: '127.0.0.1:1', TEST_STATIONS_TOKEN: 'x' };
    const { status, stderr } = spawnSync(python, [runner, 'main.py'], { encoding: 'utf8', env });
    assert.equal(status, 2);
    assert.match(stderr, /^Test Stations: cannot reach the editor at 127\.0\.0\.1:1: .*\n$/);
  });
});
