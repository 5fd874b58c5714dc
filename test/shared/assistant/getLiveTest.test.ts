import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as z from 'zod';
import type { CallOperation } from '../../../src/shared/assistant/tool.ts';
import { getLiveTest } from '../../../src/shared/assistant/tools/getLiveTest.ts';
import type { LiveTest } from '../../../src/shared/contract/liveTest.ts';

const stationId = '0b6a2a58-6c5f-4c68-9d3a-1c0ce9a0a001';
const startedAt = Date.parse('2026-11-28T08:00:00Z');
const image = `data:image/png;base64,${'A'.repeat(10_000)}`;

const test: LiveTest = {
  execution_id: 'execution-1',
  kind: 'openhtf',
  name: 'board',
  procedure_id: 'FVT1',
  serial_number: 'SN-1',
  part_number: null,
  status: 'completed',
  started_at: startedAt,
  ended_at: startedAt + 83_400,
  phases: [
    {
      key: '0',
      name: 'measure',
      state: 'PASS',
      attempt: 2,
      started_at: startedAt,
      ended_at: startedAt + 1,
      measurements: [
        {
          name: 'voltage',
          outcome: 'PASS',
          value: '3.3',
          number: 3.3,
          units: 'V',
          limits: 'x ≤ 4',
          lower: null,
          upper: 4,
          is_marginal: false,
        },
        {
          name: 'later',
          outcome: 'UNSET',
          value: null,
          number: null,
          units: null,
          limits: '',
          lower: null,
          upper: null,
          is_marginal: false,
        },
      ],
      measurements_left_out: 0,
      message: null,
    },
    {
      key: '1',
      name: 'wait',
      state: 'WAITING',
      attempt: 1,
      started_at: null,
      ended_at: null,
      measurements: [],
      measurements_left_out: 0,
      message: null,
    },
  ],
  phases_left_out: 0,
  prompt: {
    id: 'prompt-1',
    message: 'Press\nthe button',
    text_input: true,
    image_url: image,
    form: [],
    emitted_at: startedAt,
    timeout_s: 30,
  },
  logs: [],
  logs_left_out: 0,
  outcome: 'FAIL',
  outcome_details: ['Something\nfailed'],
};

/** Answers each operation by its id, as the server does. */
const callWith =
  (answers: Readonly<Record<string, unknown>>): CallOperation =>
  (operation) =>
    Promise.resolve(parse<(typeof operation)['answer']>(operation.answer, answers[operation.id]));

const parse = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => schema.parse(value);

const station = {
  id: stationId,
  name: 'Bench 1',
  api_key: 'tss_abc…',
  procedures: [],
  organization_slug: 'local',
  team: null,
};
const stateOf = (test: LiveTest | null) => ({
  station_id: stationId,
  station_name: 'Bench 1',
  source: 'editor',
  connected: true,
  test,
  answered: null,
  actions: { answer: null, stop: null, start: null },
  offer: null,
});

describe('the tool get_live_test', () => {
  const answerOf = async (test: LiveTest | null) => {
    const call = callWith({ 'stations.get': station, 'local.operator.state': stateOf(test) });
    return getLiveTest.output.parse(await getLiveTest.answer({ station: stationId }, call));
  };

  it('returns a test with its times, its measured values and its prompt', async () => {
    const { test: shown, phases, measurements, prompt, outcome_details } = await answerOf(test);
    assert.deepEqual([shown?.elapsed_s, shown?.ended_at, shown?.outcome], [83, '2026-11-28T08:01:23.400Z', 'FAIL']);
    assert.deepEqual(phases, [{ name: 'measure', state: 'PASS', attempt: 2 }]);
    assert.deepEqual(
      measurements.map(({ name, value, units }) => [name, value, units]),
      [['voltage', '3.3', 'V']],
    );
    assert.deepEqual(outcome_details, ['Something failed']);
    assert.deepEqual(prompt, {
      message: 'Press the button',
      wants_text: true,
      has_image: true,
      waiting_since: '2026-11-28T08:00:00.000Z',
      timeout_s: 30,
      who_can_answer: 'Only a person at the station can answer. No tool can.',
    });
  });

  it('returns neither the id of a prompt, with which it could be answered, nor its image or a part of a key', async () => {
    const text = JSON.stringify(await answerOf(test));
    for (const part of ['prompt-1', 'base64', 'tss_abc', 'execution-1']) assert.ok(!text.includes(part), part);
  });

  it('says that a test that the clock of the server has not reached yet has run for no time', async () => {
    const ahead = { ...test, status: 'running' as const, started_at: Date.now() + 3_600_000, ended_at: null };
    assert.equal((await answerOf(ahead)).test?.elapsed_s, 0);
    assert.equal((await answerOf(null)).test, null);
  });
});
