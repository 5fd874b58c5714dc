import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { LiveRun } from '../../../src/extension/assistant/liveRun.ts';
import type { RunnerEvent } from '../../../src/shared/contract/runner.ts';

const common = { execution_id: 'x', time: 0 };
const asked = (request_id: string, message: string, hidden = false): RunnerEvent => ({
  ...common,
  event: 'ui_request',
  request_id,
  message,
  hidden,
  text_input: true,
  image_url: null,
  timeout_s: null,
  form: [],
});
const answered = (request_id: string): RunnerEvent => ({ ...common, event: 'ui_resolved', request_id });
const phase = (name: string, serial_number: string | null = null): RunnerEvent => ({
  ...common,
  event: 'phase_started',
  key: name,
  name,
  attempt: 0,
  serial_number,
});
const procedure: RunnerEvent = {
  ...common,
  event: 'procedure_request',
  request_id: 'p',
  procedure_id: null,
  needs_id: false,
};

const message = ({ prompt }: LiveRun): string | undefined => prompt?.message;

describe('a run of an assistant', () => {
  it('waits for the operator when a prompt of the script waits too long', async () => {
    const run = new LiveRun('/fvt1.py', undefined, undefined, 1);
    run.handleEvent(asked('1', 'Press the button'));
    assert.equal(await run.waitedTooLong, 'waiting');
    assert.deepEqual([run.prompt?.message, run.prompt?.askedBy], ['Press the button', 'script']);
    run.dispose();
  });

  it('waits for the operator when a question of the window waits too long, also before the start', async () => {
    const starting = new LiveRun('/fvt1.py', undefined, undefined, 1);
    assert.equal(starting.prompt?.askedBy, 'window');
    assert.equal(await starting.waitedTooLong, 'waiting');
    const run = new LiveRun('/fvt1.py', undefined, undefined, 1);
    run.handleEvent(procedure);
    assert.equal(await run.waitedTooLong, 'waiting');
    assert.match(message(run) ?? '', /procedure/);
    starting.dispose();
    run.dispose();
  });

  it('shows the prompt that waits, until the person has answered it', () => {
    const run = new LiveRun('/fvt1.py', undefined, undefined);
    run.handleEvent(phase('scan'));
    assert.equal(message(run), undefined);
    run.handleEvent(asked('1', 'Scan the label'));
    run.handleEvent(asked('2', 'Remove the board'));
    assert.equal(message(run), 'Scan the label');
    run.handleEvent(answered('1'));
    assert.equal(message(run), 'Remove the board');
    run.handleEvent(answered('2'));
    assert.equal(message(run), undefined);
    run.dispose();
  });

  it('does not show the message of a hidden prompt, nor a question of the window that was answered', () => {
    const run = new LiveRun('/fvt1.py', undefined, undefined);
    run.handleEvent(procedure);
    run.handleEvent(phase('login', 'SN-1'));
    assert.equal(message(run), undefined);
    run.handleEvent(asked('1', 'Password of the vault: hint is hunter2', true));
    assert.doesNotMatch(message(run) ?? '', /hunter2/);
    assert.deepEqual([run.phase, run.serialNumber], ['login', 'SN-1']);
    run.end(undefined);
    assert.deepEqual([message(run), run.phase], [undefined, undefined]);
    run.dispose();
  });
});
