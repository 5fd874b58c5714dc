import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { EngineCommand } from '../../../src/shared/contract/engine.ts';
import { newRunBody } from '../../../src/shared/contract/newRuns.ts';
import { formAnswer, promptDisplayTypes, promptInputTypes } from '../../../src/shared/contract/promptForm.ts';
import { type RunnerEvent, runnerEvent } from '../../../src/shared/contract/runner.ts';
import { judgedMeasurement, pendingMeasurement } from '../../../src/shared/engine/engineMeasurements.ts';
import { EngineSession } from '../../../src/shared/engine/engineSession.ts';
import { Random } from '../../../src/shared/statistics/random.ts';

class Follower {
  readonly events: RunnerEvent[] = [];
  readonly sent: EngineCommand[] = [];
  #seq = 0;
  readonly session = new EngineSession({
    executionId: 'e',
    procedureId: 'p',
    declared: { name: '', phases: [], unitFields: new Map() },
    asksSerialNumber: false,
    now: () => 1_000,
    emit: (event) => this.events.push(runnerEvent.parse(event)),
    send: (command) => this.sent.push(command),
  });

  report(...events: object[]): void {
    for (const event of events) this.session.line(JSON.stringify({ seq: this.#seq++, ...event }));
  }

  shown(): string[] {
    return this.events.flatMap((event) => {
      if (event.event === 'ui_request') return [`ask ${event.request_id} ${event.message}`];
      return event.event === 'ui_resolved' ? [`close ${event.request_id}`] : [];
    });
  }
}

const plan = [
  { type: 'run_started', protocol_version: '1.0' },
  { type: 'plan', phases: ['a', 'b'].map((key) => ({ key, name: key.toUpperCase() })) },
  { type: 'phase_started', phase_key: 'a', attempt: 1 },
  { type: 'phase_started', phase_key: 'b', attempt: 1 },
];
const ask = (request_id: string, phase_key: string, components: object[] = []): object => ({
  type: 'ui_request',
  request_id,
  phase_key,
  components,
});

describe('a session of the engine', () => {
  it('shows the prompts of phases that run at the same time one after the other', () => {
    const follower = new Follower();
    follower.report(...plan, ask('1', 'a'), ask('2', 'b'));
    assert.deepEqual(follower.shown(), ['ask 1 A']);
    follower.session.answer('2', formAnswer({})); // it is not shown yet
    follower.session.answer('1', 'no values');
    assert.deepEqual(follower.shown(), ['ask 1 A', 'close 1', 'ask 2 B']);
    follower.report({ type: 'phase_finished', phase_key: 'b', attempt: 1, outcome: 'TIMEOUT' });
    assert.deepEqual(follower.shown().at(-1), 'close 2');
    assert.deepEqual(follower.sent, [{ type: 'ui_response', request_id: '1', values: {} }]);
  });

  it('does not ask again for a prompt that ended before its answer came', () => {
    const refused = { type: 'ui_error', request_id: '1', reason: 'unknown_request' };
    const ends = [
      [
        { type: 'ui_timeout', request_id: '1', phase_key: 'a' },
        { ...refused, reason: 'invalid_value' },
      ],
      [{ type: 'phase_finished', phase_key: 'a', attempt: 1, outcome: 'TIMEOUT' }, refused],
      [refused],
    ];
    for (const end of ends) {
      const follower = new Follower();
      follower.report(...plan, ask('1', 'a'), ask('2', 'b'));
      follower.session.answer('1', formAnswer({}));
      follower.report(...end);
      assert.deepEqual(follower.shown(), ['ask 1 A', 'close 1', 'ask 2 B']);
      follower.session.answer('2', formAnswer({}));
      assert.deepEqual(follower.shown().slice(3), ['close 2'], JSON.stringify(end));
    }
  });

  it('keeps all of the message of a prompt whose answer is refused, with the last reason', () => {
    const follower = new Follower();
    follower.report(...plan, { ...ask('1', 'a'), phase_description: 'Press the button.\n\nThen look.' });
    for (const [id, reason] of [
      ['1', 'first'],
      ['1~1', 'second'],
    ] as const) {
      follower.session.answer(id, formAnswer({}));
      follower.report({ type: 'ui_error', request_id: '1', reason });
    }
    assert.equal(
      follower.shown().at(-1),
      'ask 1~2 Press the button.\n\nThen look.\n\nThe answer was not accepted: second.',
    );
  });

  it('has a result if phases begin without a plan', () => {
    const follower = new Follower();
    const [started] = plan;
    follower.report({ ...started }, { type: 'phase_started', phase_key: 'a', attempt: 1 });
    follower.session.finish({ exitCode: 1, wasStopped: false, record: null }, false);
    assert.deepEqual(
      follower.events.map(({ event }) => event),
      ['run_started', 'phase_started', 'phase_complete', 'run_complete', 'script_ended'],
    );
  });

  it('has a result that servers take, whatever phases and units it reports', () => {
    const texts = ['', 'a', '\0', '\uD800', 'x'.repeat(3_000), '<b>', '__proto__'] as const;
    const times = ['2026-11-28T06:15:17.478Z', 'x', '', '+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z'] as const;
    const values: [unknown, ...unknown[]] = [{ Numeric: 1 }, 'Null', { Object: { a: 1 } }, { truncated: true }, null];
    const random = new Random(4);
    for (let round = 0; round < 300; round += 1) {
      const follower = new Follower();
      const about = { phase_key: random.pick(['a', 'b', 'c']), attempt: random.pick([1, 2]) };
      const log = { level: random.pick(texts), message: random.pick(texts), file: random.pick(texts), line: -1 };
      const unit = {
        part_number: random.pick(texts),
        revision_number: random.pick(texts),
        batch_number: random.pick(texts),
      };
      follower.report(
        ...plan,
        { type: 'identify_resolved', unit: { serial_number: 'S1', ...unit } },
        { type: 'phase_started', ...about, started_at: random.pick(times) },
        { type: 'measurement_recorded', ...about, name: random.pick(texts), value: random.pick(values), unit: 'V' },
        { type: 'phase_log', ...about, ...log },
        {
          type: 'phase_finished',
          ...about,
          outcome: 'FAIL',
          started_at: random.pick(times),
          ended_at: random.pick(times),
        },
      );
      follower.session.finish({ exitCode: 1, wasStopped: false, record: null }, false);
      const body = follower.session.record.body('6d3c4a0e-0000-4000-8000-000000000001', 'ERROR', null);
      const saved = newRunBody.parse(JSON.parse(JSON.stringify(body)));
      const acceptable = ['a', '<b>', '__proto__'].find((text) => text === unit.part_number);
      assert.equal(saved.part_number, acceptable, `round ${round}`);
    }
  });

  it('calls no value good that is outside its limits, if its phase fails by itself', () => {
    const values = [0, 1, 2, true, 'x'];
    const operators = { '<': [0], '<=': [0, 1], '>': [2], '>=': [1, 2], '==': [1], '!=': [0, 2] };
    for (const [operator, good] of Object.entries(operators)) {
      const declared = { name: 'v', units: null, validators: [{ operator, expected: 1 }] };
      const passed = values.filter(
        (value) =>
          judgedMeasurement(pendingMeasurement('v', value, null, declared), declared, 'FAIL', 'no').outcome === 'PASS',
      );
      assert.deepEqual(passed, good, operator);
    }
  });

  it('has a field for each kind of component, and sends values of fields only', () => {
    const follower = new Follower();
    const types = [...promptInputTypes, ...promptDisplayTypes, 'of_a_later_version', 'unknown_field'];
    const components = types.map((type) => ({
      key: type,
      type,
      is_input: promptInputTypes.some((each) => each === type) || type === 'unknown_field',
      ...(type === 'image' ? { default_value: 'board.png' } : {}),
    }));
    follower.report(...plan, ask('1', 'a', components));
    const request = follower.events.find((event) => event.event === 'ui_request');
    assert.ok(request?.event === 'ui_request');
    assert.deepEqual(
      request.form.map(({ key, type }) => [key, type]),
      [
        ...[...promptInputTypes, ...promptDisplayTypes].map((type) => [type, type]),
        ['unknown_field', 'text_input'], // a field that the engine waits for
      ],
    );
    assert.equal(request.form.find(({ type }) => type === 'image')?.image, 'board.png');
    follower.session.answer('1', formAnswer({ slider: 3, switch: false, text: 'x', other: 'y', checklist: ['a'] }));
    assert.deepEqual(follower.sent, [
      { type: 'ui_response', request_id: '1', values: { slider: 3, switch: false, checklist: ['a'] } },
    ]);
  });

  it('reports tracebacks at the line of the phase, not of the engine', () => {
    const follower = new Follower();
    const error = [
      'Traceback (most recent call last):',
      '  File "/home/.tofupilot/runtime/tp_worker.py", line 5, in run',
      '  File "/bench/phases/a.py", line 12, in a',
      'ValueError: no answer',
    ].join('\n');
    follower.report(...plan, { type: 'phase_finished', phase_key: 'a', attempt: 1, outcome: 'ERROR', error });
    const ended = follower.events.find((event) => event.event === 'phase_complete');
    assert.ok(ended?.event === 'phase_complete');
    assert.deepEqual(
      [ended.failure?.message, ended.failure?.place],
      ['ValueError: no answer', { file: '/bench/phases/a.py', line: 12 }],
    );
  });

  it('shows a value without the tag of its type', () => {
    const follower = new Follower();
    const values = [{ Numeric: 5 }, { String: 'x' }, { Boolean: true }, 'Null', { Array: [1] }, 7];
    follower.report(
      ...plan,
      ...values.map((value, index) => ({ type: 'measurement_recorded', phase_key: 'a', name: `m${index}`, value })),
    );
    assert.deepEqual(
      follower.events.flatMap((event) =>
        event.event === 'measurement_update' ? [event.measurement.measured_value] : [],
      ),
      [5, 'x', true, null, [1], 7],
    );
  });
});
