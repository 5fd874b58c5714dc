import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { it } from 'mocha';
import { type LiveTest, liveTest } from '../../src/shared/contract/liveTest.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { patchTest, testPatchOf } from '../../src/shared/live/livePatch.ts';
import { type OpenhtfView, readOpenhtfState } from '../../src/shared/live/openhtfState.ts';
import { testAfterEvent, testAfterScriptEnd } from '../../src/shared/live/runnerState.ts';
import { scriptFile } from '../support/scripts.ts';
import { Host } from './support/host.ts';
import { withNewestPython } from './support/script.ts';

const recorder = path.join(import.meta.dirname, '../fixtures/states.py');
const operated = scriptFile('operated.py');

/** A server that does not exist: the runner answers for it. */
const dry = {
  [runnerEnvironment.mode]: 'dry',
  TOFUPILOT_URL: 'http://dry-run.invalid',
  TOFUPILOT_API_KEY: 'no-key-of-any-server',
};

/** The test as each state of a real OpenHTF shows it. */
async function viewsOf(python: string, script: string, ...answers: string[]): Promise<OpenhtfView[]> {
  const env = { ...process.env, DISABLE_TELEMETRY: 'true', TOFUPILOT_API_KEY: 'no-key-of-any-server' };
  const { stdout } = await promisify(execFile)(python, [recorder, script, ...answers], { env, maxBuffer: 1e8 });
  const views: OpenhtfView[] = [];
  for (const line of stdout.split('\n').filter((each) => each.startsWith('STATE '))) {
    const view = readOpenhtfState(views.at(-1) ?? null, JSON.parse(line.slice('STATE '.length)), 1000 + views.length);
    assert.ok(view, line);
    views.push(view);
  }
  return views;
}

/** The last of it, without what differs between the two sources by their nature. */
const gist = ({ phases, ...test }: LiveTest): unknown => ({
  test: [test.serial_number, test.procedure_id, test.part_number, test.outcome, test.outcome_details],
  phases: phases.map(({ name, state, attempt, measurements }) => ({ name, state, attempt, measurements })),
});

withNewestPython('What an operator sees', (python) => {
  it('the operator view follows the states that OpenHTF publishes', async () => {
    const views = await viewsOf(python, operated, 'OK 1');
    const asking = views.find(({ test }) => test.prompt !== null);
    assert.deepEqual(
      [asking?.promptPlug, asking?.test.prompt?.message, asking?.test.prompt?.text_input, asking?.test.status],
      ['__main__.Operator', 'Read <b>the label</b>', true, 'running'],
    );
    assert.equal(asking?.test.phases.at(-1)?.state, 'RUNNING');
    const last = views.at(-1)?.test;
    assert.ok(last);
    assert.ok(liveTest.safeParse(last).success);
    assert.deepEqual(
      last.phases.map(({ name, state, attempt }) => [name, state, attempt]),
      [
        ['warm_up', 'PASS', 3],
        ['measure', 'PASS', 1],
        ['inspect', 'PASS', 1],
        ['broken', 'ERROR', 1],
      ],
    );
    assert.deepEqual(last.phases[1]?.measurements, [
      {
        name: 'voltage',
        outcome: 'PASS',
        value: '3.3',
        number: 3.3,
        units: 'V',
        limits: '3.2 ≤ x ≤ 3.4',
        lower: 3.2,
        upper: 3.4,
        is_marginal: false,
      },
      {
        name: 'ramp',
        outcome: 'PASS',
        value: '3 points',
        number: null,
        units: null,
        limits: '',
        lower: null,
        upper: null,
        is_marginal: false,
      },
    ]);
    assert.match(last.phases[3]?.message ?? '', /RuntimeError: no answer from the meter/);
    assert.deepEqual(
      [last.status, last.outcome, last.serial_number, last.procedure_id, last.part_number, last.prompt],
      ['completed', 'ERROR', 'SN-OP', 'FVT1', 'PCBA01', null],
    );
    assert.match(last.outcome_details.join(), /no answer from the meter/);
    assert.ok(last.logs.some(({ level, message }) => level === 'WARNING' && message === 'The rail is warm'));
    assert.equal(new Set(views.map(({ test }) => test.execution_id)).size, 1, 'one execution');
  });

  it('finished phases of the operator view stay the same objects, so that patches stay small', async () => {
    const views = await viewsOf(python, operated, 'OK 1');
    let patched = views[0]?.test;
    for (const { test } of views.slice(1)) {
      assert.ok(patched);
      const before: LiveTest = patched;
      const patch = testPatchOf(before, test);
      patched = patch === null ? before : patchTest(before, patch);
      assert.deepEqual(patched, test);
    }
    const [asking, last] = [views.find(({ test }) => test.prompt !== null), views.at(-1)];
    assert.equal(asking?.test.phases[1], last?.test.phases[1]);
  });

  it('the operator view is the same when it follows the events of the runner', async () => {
    const host = await Host.run(python, operated, { env: dry, prompt: () => 'OK 1' });
    let test: LiveTest | null = null;
    let asked: LiveTest | null = null;
    for (const event of host.events) {
      test = testAfterEvent(test, event);
      if (test?.prompt) asked = test;
    }
    assert.ok(test, host.diagnostics());
    assert.ok(liveTest.safeParse(test).success);
    assert.deepEqual([asked?.prompt?.message, asked?.prompt?.timeout_s], ['Read <b>the label</b>', 600]);
    assert.equal(asked?.serial_number, 'SN-OP', 'the unit is known while it runs');
    const streamed = (await viewsOf(python, operated, 'OK 1')).at(-1)?.test;
    assert.ok(streamed);
    assert.deepEqual(gist(test), gist(streamed));
    assert.equal(testAfterScriptEnd(test, 0), test);
  });

  it('the operator view shows an error when the script ends during a test', async () => {
    const host = await Host.start(python, operated, { env: dry });
    await host.until('ui_request');
    let test: LiveTest | null = null;
    for (const event of host.events) test = testAfterEvent(test, event);
    const ended = testAfterScriptEnd(test, 5);
    assert.deepEqual([ended?.status, ended?.outcome, ended?.prompt], ['completed', 'ERROR', null]);
    host.send({ command: 'kill' });
    await host.ended;
  });
});
