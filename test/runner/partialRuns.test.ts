import assert from 'node:assert/strict';
import { it } from 'mocha';
import { type PhaseChoice, runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { randomNumbers } from '../server/random.ts';
import { scriptFile } from '../support/scripts.ts';
import { Host } from './support/host.ts';
import { Recorder } from './support/recorder.ts';
import { script, withNewestPython } from './support/script.ts';

const seed = Number(process.env['PARTIAL_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

const chosen = (choice: PhaseChoice) => ({ env: { [runnerEnvironment.phases]: JSON.stringify(choice) } });

const phasesRun = (host: Host): string[] => host.all('phase_complete').map(({ name }) => name);

/** A test as a tree: a phase by its name, or a group. */
type Node = string | { readonly setup: Node[]; readonly main: Node[]; readonly teardown: Node[] };

const phasesOf = (node: Node): string[] =>
  typeof node === 'string' ? [node] : [...node.setup, ...node.main, ...node.teardown].flatMap(phasesOf);

/** What the user expects, written down independently of the runner. */
function expected(nodes: readonly Node[], isChosen: (name: string) => boolean): string[] {
  return nodes.flatMap((node): string[] => {
    if (typeof node === 'string') return isChosen(node) ? [node] : [];
    if (!phasesOf(node).some(isChosen)) return [];
    return [...node.setup.flatMap(phasesOf), ...expected(node.main, isChosen), ...node.teardown.flatMap(phasesOf)];
  });
}

const sourceOf = (node: Node): string =>
  typeof node === 'string'
    ? node
    : `htf.PhaseGroup(setup=[${node.setup.map(sourceOf).join(', ')}], main=[${node.main.map(sourceOf).join(', ')}], ` +
      `teardown=[${node.teardown.map(sourceOf).join(', ')}])`;

const openhtf = (nodes: readonly Node[], definitions = ''): string => `
import openhtf as htf
${[...new Set(nodes.flatMap(phasesOf))].map((name) => `def ${name}(test):\n    pass\n`).join('')}
${definitions}
test = htf.Test(${nodes.map(sourceOf).join(', ')}, procedure_id="FVT1", part_number="P1")
print("passed:", test.execute(lambda: "SN1"))
`;

withNewestPython('A partial run', (python) => {
  it('of random OpenHTF tests runs the chosen phases with the setup and teardown around them, and is never PASS', async () => {
    const random = randomNumbers(seed);
    const below = (n: number): number => Math.floor(random() * n);
    for (let round = 0; round < 8; round += 1) {
      let count = 0;
      const some = (depth: number, most: number): Node[] =>
        Array.from({ length: below(most + 1) }, () =>
          depth < 3 && below(3) === 0
            ? { setup: some(3, 2), main: some(depth + 1, 3), teardown: some(3, 2) }
            : `p${(count += 1)}`,
        );
      const nodes: Node[] = ['p0', ...some(0, 5)];
      const names = nodes.flatMap(phasesOf);
      const wanted = names.filter(() => below(3) === 0);
      const first = names[below(names.length)] ?? 'p0';
      const only = wanted.length === 0 ? [first] : wanted;
      const isFrom = below(2) === 0;
      const host = await Host.run(python, await script(openhtf(nodes)), chosen(isFrom ? { from: first } : { only }));
      const isChosen = (name: string): boolean =>
        isFrom ? names.indexOf(name) >= names.indexOf(first) : only.includes(name);
      const what = `PARTIAL_SEED=${seed} ${JSON.stringify(nodes)} ${isFrom ? `from ${first}` : String(only)}\n${host.diagnostics()}`;
      assert.deepEqual(phasesRun(host), expected(nodes, isChosen), what);
      assert.deepEqual(
        host.one('run_started').phases.map(({ name }) => name),
        expected(nodes, isChosen),
        what,
      );
      const { outcome, outcome_details: details } = host.one('run_complete');
      assert.equal(outcome, 'ABORTED', what);
      assert.match(details[0] ?? '', /^This was a partial run: .* Its outcome: PASS\.$/);
      assert.match(host.stdout.toString(), /passed: False/);
    }
  });

  it('of a failing phase is ABORTED and says that the phase failed; its group is torn down', async () => {
    const nodes: Node[] = [{ setup: ['power_on'], main: ['measure', 'led'], teardown: ['power_off'] }, 'label'];
    const source = openhtf(nodes, 'def measure(test):\n    return htf.PhaseResult.FAIL_AND_CONTINUE');
    const host = await Host.run(python, await script(source), chosen({ only: ['measure'] }));
    assert.deepEqual(
      host.all('phase_complete').map(({ name, outcome }) => [name, outcome]),
      [
        ['power_on', 'PASS'],
        ['measure', 'FAIL'],
        ['power_off', 'PASS'],
      ],
    );
    assert.deepEqual(
      [host.one('run_complete').outcome, host.one('run_complete').outcome_details[0]],
      ['ABORTED', 'This was a partial run: only measure. Its outcome: FAIL.'],
    );
  });

  it('in which no chosen phase passes would be an ERROR, whatever OpenHTF says', async () => {
    for (const phase of [
      '@htf.PhaseOptions(run_if=lambda: False)\ndef measure(test):\n    pass',
      'def measure(test):\n    return htf.PhaseResult.SKIP',
    ]) {
      const source = openhtf(['measure', 'led'], phase);
      const host = await Host.run(python, await script(source), chosen({ only: ['measure'] }));
      const { outcome, partial_outcome } = host.one('run_complete');
      assert.deepEqual([outcome, partial_outcome], ['ABORTED', 'ERROR'], phase);
    }
  });

  it('of a phase that raises is ABORTED, with the error after the sentence', async () => {
    const source = openhtf(['measure', 'led'], 'def measure(test):\n    raise ValueError("no answer")');
    const { outcome, outcome_details: details } = (
      await Host.run(python, await script(source), chosen({ only: ['measure'] }))
    ).one('run_complete');
    assert.deepEqual([outcome, details.length], ['ABORTED', 2]);
    assert.match(details[0] ?? '', /Its outcome: ERROR\.$/);
    assert.match(details[1] ?? '', /no answer/);
  });

  it('does not run a test that has none of the chosen phases, and leaves the tests as they were', async () => {
    const source = `${openhtf(['a', 'b'])}
other = htf.Test(b, test_name="other", procedure_id="FVT1", part_number="P1")
print("other:", other.execute(lambda: "SN2"))
print("still to run:", [phase.options.run_if for phase in test.descriptor.phase_sequence.all_phases()])
`;
    const host = await Host.run(python, await script(source), chosen({ only: ['a'] }));
    assert.deepEqual(phasesRun(host), ['a']);
    assert.match(host.stdout.toString(), /the test other has none of the chosen phases\.\r?\nother: False/);
    assert.match(host.stdout.toString(), /still to run: \[None, None\]/);
  });

  it('that is stopped ends the phase and is ABORTED', async () => {
    const endless = 'import time\ndef a(test):\n    while True:\n        time.sleep(0.01)';
    const host = await Host.start(python, await script(openhtf(['a', 'b'], endless)), chosen({ only: ['a'] }));
    await host.until('phase_started');
    host.send({ command: 'stop' });
    await host.ended;
    assert.equal(host.one('run_complete').outcome, 'ABORTED');
  });

  const plain = `
PROCEDURE_ID, SERIAL_NUMBER, PART_NUMBER = "FVT1", "SN1", "P1"
def phase_inner():
    return True
def phase_power():
    return True
def phase_measure():
    return phase_inner() and {"outcome": "PASS", "measurements": [{"name": "v", "measured_value": 3.3}]}
def phase_label():
    return True
`;

  for (const [how, calls] of [
    ['defines', ''],
    ['calls', 'for phase in (phase_power, phase_measure, phase_label):\n    phase()\n'],
  ] as const) {
    it(`of a plain script that only ${how} its phases runs the chosen ones, with the phases that they call`, async () => {
      const file = await script(plain + calls);
      const only = await Host.run(python, file, chosen({ only: ['phase_measure'] }));
      assert.deepEqual(phasesRun(only).sort(), ['phase_inner', 'phase_measure']);
      assert.deepEqual(
        [only.one('run_complete').outcome, only.one('run_complete').outcome_details],
        ['ABORTED', ['This was a partial run: only phase_measure. Its outcome: PASS.']],
      );
      const from = await Host.run(python, file, chosen({ from: 'phase_measure' }));
      assert.deepEqual(phasesRun(from).sort(), ['phase_inner', 'phase_label', 'phase_measure']);
      assert.equal(from.one('run_complete').outcome, 'ABORTED');
    });
  }

  it('of a plain script runs what a chosen phase calls in threads and thread pools, and nothing else there', async () => {
    const file = await script(`
import concurrent.futures, threading
PROCEDURE_ID, SERIAL_NUMBER, PART_NUMBER = "FVT1", "SN1", "P1"
shared = concurrent.futures.ThreadPoolExecutor(1)
def phase_first():
    return True
def phase_inner():
    return True
def phase_leaf():
    return True
def phase_measure():
    thread = threading.Thread(target=phase_inner)
    thread.start()
    thread.join()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(phase_leaf).result() and shared.submit(phase_leaf).result()
def phase_last():
    return True
shared.submit(phase_first).result()
phase_measure()
shared.submit(phase_last).result()
thread = threading.Thread(target=phase_last)
thread.start()
thread.join()
`);
    const only = await Host.run(python, file, chosen({ only: ['phase_measure'] }));
    assert.deepEqual(phasesRun(only).sort(), ['phase_inner', 'phase_leaf', 'phase_leaf', 'phase_measure']);
    assert.equal(only.one('run_complete').partial_outcome, 'PASS');
  });

  it('of a script that creates its run by a client is refused before anything is pushed', async () => {
    const server = await Recorder.start();
    const host = await Host.run(python, scriptFile('vanilla_fvt1.py'), {
      env: { ...server.environment, ...chosen({ only: ['measure'] }).env },
    });
    server.stop();
    assert.match(host.one('run_crashed').failure.message, /creates its run itself/);
    assert.deepEqual(server.bodies('/api/v1/runs'), []);
  });

  it('pushes ABORTED by the client of OpenHTF', async () => {
    const server = await Recorder.start();
    const host = await Host.run(python, scriptFile('openhtf_fvt1.py'), {
      env: { ...server.environment, ...chosen({ from: 'phase_one' }).env },
    });
    server.stop();
    assert.equal(host.all('run_uploaded').length, 1, host.diagnostics());
    const [record] = server.bodies('/stored') as { outcome: string }[];
    assert.equal(record?.outcome, 'ABORTED');
  });
});
