import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'mocha';
import { newRunBody } from '../../src/shared/contract/newRuns.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { Host, type Options } from './support/host.ts';
import { scriptFolder, withNewestPython } from './support/script.ts';

const names = 'PROCEDURE_ID, SERIAL_NUMBER, PART_NUMBER = "FVT1", "SN1", "P1"\n';

const phases = (host: Host): unknown[] => host.all('phase_complete').map(({ name, outcome }) => [name, outcome]);

/** A value may be saved a moment after it was measured, if the disk is slow. */
const untilSaved = `import os, pathlib, time
def is_saved(text):
    return any(text in body.read_text() for body in pathlib.Path(__file__).parent.glob("outbox/*/body.json"))
def until_saved(text):
    end = time.monotonic() + 50
    while not is_saved(text) and time.monotonic() < end:
        time.sleep(0.01)
`;

withNewestPython('A session of pytest', (python) => {
  const run = async (source: string, options: Options = {}): Promise<Host> => {
    const folder = await scriptFolder({ 'test_board.py': source });
    return Host.run(python, path.join(folder, 'test_board.py'), options);
  };

  it('that ends before its natural end is no PASS', async () => {
    const ends = {
      'pytest.exit("enough")': ['ERROR', 2],
      'pytest.exit("enough", returncode=0)': ['ERROR', 0],
      'pytest.exit("enough", returncode=1)': ['ERROR', 1],
      'raise KeyboardInterrupt': ['ERROR', 2],
      'raise SystemExit(0)': ['ERROR', null],
      'os._exit(0)': [null, 0],
    } as const;
    for (const [end, [outcome]] of Object.entries(ends)) {
      const host = await run(`${names}import os, pytest\ndef test_a():\n    pass\ndef test_b():\n    ${end}\n`);
      const [complete] = host.all('run_complete');
      assert.equal(complete?.outcome ?? null, outcome, `${end} ${host.diagnostics()}`);
    }
  });

  it('of which only some tests run is no PASS either if it ends between them', async () => {
    const folder = await scriptFolder({
      'test_board.py': `${names}def test_a():\n    pass\ndef test_b():\n    pass\ndef test_c():\n    pass\n`,
      'conftest.py': 'import pytest\ndef pytest_runtest_logfinish():\n    pytest.exit("enough", returncode=0)\n',
    });
    const host = await Host.run(python, path.join(folder, 'test_board.py'), {
      env: { [runnerEnvironment.phases]: JSON.stringify({ only: ['test_a', 'test_b'] }) },
    });
    assert.deepEqual(phases(host), [['test_a', 'PASS']], host.diagnostics());
    assert.equal(host.one('run_complete').partial_outcome, 'ERROR');
  });

  it('that dies leaves its result on disk, and it is no PASS', async () => {
    const folder = await scriptFolder({
      'test_board.py': `${names}${untilSaved}def test_a():
    pass
def test_b(measure):
    measure("supply", 4.25)
    until_saved("4.25")
    os._exit(0)
`,
    });
    const outbox = path.join(folder, 'outbox');
    await Host.run(python, path.join(folder, 'test_board.py'), {
      env: { [runnerEnvironment.outbox]: outbox, [runnerEnvironment.place]: '{}' },
    });
    const saved = readdirSync(outbox, { recursive: true, encoding: 'utf8' }).map((file) => path.join(outbox, file));
    const text = saved.map((file) => (/\.json|result|body/.test(file) ? readFileSync(file, 'utf8') : '')).join('\n');
    assert.match(text, /"outcome": ?"ERROR"/, saved.join());
    assert.match(text, /4\.25/);
    assert.doesNotMatch(text.replaceAll(/"phases": ?\[.*?\]/gs, ''), /"outcome": ?"PASS"/);
  });

  it('saves a burst of measurements while the test continues, so that they survive the end of its process', async () => {
    const folder = await scriptFolder({
      'test_board.py': `${names}${untilSaved}def test_burst(measure):
    for number in range(500):
        measure(f"voltage_{number}", number)
    until_saved("voltage_499")
    os._exit(0)
`,
    });
    const outbox = path.join(folder, 'outbox');
    await Host.run(python, path.join(folder, 'test_board.py'), {
      env: { [runnerEnvironment.outbox]: outbox, [runnerEnvironment.place]: '{}' },
    });
    const [saved = '', ...others] = readdirSync(outbox);
    assert.equal(others.length, 0);
    const body = newRunBody
      .omit({ procedure_id: true })
      .parse(JSON.parse(readFileSync(path.join(outbox, saved, 'body.json'), 'utf8')));
    const all = Array.from({ length: 500 }, (_, number) => `voltage_${number}`);
    assert.deepEqual([body.outcome, body.phases?.[0]?.measurements?.map(({ name }) => name)], ['ERROR', all]);
  });

  it('saves its measurements within seconds on a slow disk, so that they survive the end of its process', async () => {
    const folder = await scriptFolder({
      'test_board.py': `${names}${untilSaved}replace = os.replace
def replace_slowly(*args, **kwargs):
    time.sleep(1)
    replace(*args, **kwargs)
os.replace = replace_slowly
def test_burst(measure):
    for number in range(3):
        measure(f"voltage_{number}", number)
    until_saved("voltage_2")
    os._exit(0)
`,
    });
    const outbox = path.join(folder, 'outbox');
    await Host.run(python, path.join(folder, 'test_board.py'), {
      env: { [runnerEnvironment.outbox]: outbox, [runnerEnvironment.place]: '{}' },
    });
    const [saved = ''] = readdirSync(outbox);
    assert.match(readFileSync(path.join(outbox, saved, 'body.json'), 'utf8'), /voltage_2/);
  });

  it('that is stopped tears its fixtures down, and its run is ABORTED', async () => {
    const folder = await scriptFolder({
      'test_board.py': `${names}
import time, pytest
@pytest.fixture(scope="session")
def supply():
    yield
    print("powered off", flush=True)
def test_soak(supply):
    print("soaking", flush=True)
    for _ in range(6000):
        time.sleep(0.01)
def test_later(supply):
    pass
`,
    });
    const host = await Host.start(python, path.join(folder, 'test_board.py'));
    await host.untilPrinted('soaking\n');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130, host.diagnostics());
    assert.equal(host.one('run_complete').outcome, 'ABORTED');
    assert.match(host.stdout.toString(), /powered off/);
    assert.equal(host.all('phase_started').length, 1);
  });

  it('that is stopped in a teardown lets it come to its end', async () => {
    const folder = await scriptFolder({
      'test_board.py': `${names}
import time, pytest
@pytest.fixture
def supply():
    yield
    print("switching off", flush=True)
    time.sleep(0.5)
    print("is off", flush=True)
def test_a(supply):
    pass
def test_b(supply):
    pass
`,
    });
    const host = await Host.start(python, path.join(folder, 'test_board.py'));
    await host.untilPrinted('switching off\n');
    host.send({ command: 'stop' });
    assert.equal(await host.ended, 130, host.diagnostics());
    assert.match(host.stdout.toString(), /is off/);
    assert.deepEqual(phases(host), [['test_a', 'PASS']]);
    assert.equal(host.one('run_complete').outcome, 'ABORTED');
  });
});
