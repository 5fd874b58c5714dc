import * as z from 'zod';
import { outcome } from '../../contract/common.ts';
import { liveMeasurement, livePhase, type LiveTest } from '../../contract/liveTest.ts';
import { operator } from '../../contract/operator.ts';
import { isPromptInput } from '../../contract/promptForm.ts';
import { readingTool } from '../tool.ts';
import { untrustedName, untrustedText } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { isoOrNull } from './statisticsFilter.ts';
import { findStation, named, stationInput } from './subjects.ts';

const phaseRow = z.object({ name: untrustedName, state: livePhase.shape.state, attempt: z.number() });

const measurementRow = z.object({
  phase: untrustedName,
  name: untrustedName,
  outcome: liveMeasurement.shape.outcome,
  value: untrustedName.nullable(),
  units: untrustedName.nullable(),
  limits: untrustedName,
});

const prompt = z.object({
  message: untrustedText,
  wants_text: z.boolean(),
  has_image: z.boolean(),
  waiting_since: z.string(),
  timeout_s: z.number().nullable(),
  who_can_answer: z.literal('Only a person at the station can answer. No tool can.'),
});

export const getLiveTest = readingTool({
  name: 'get_live_test',
  title: 'Get Live Test',
  description:
    'Returns the test that runs on a station now, or the last one that it showed: current phase, elapsed time, measurements so far, and the ' +
    'text of a prompt that waits for the operator. A prompt cannot be answered and a test cannot be started or stopped with it: tell the ' +
    'user what the prompt says. The result counts only once it is a run: find it with find_runs.',
  input: z.object({ station: stationInput, ...pageInputs }),
  output: z.object({
    station: named,
    is_connected: z.boolean(),
    source: z.enum(['stream', 'editor', 'followed', 'none']).describe('Where the live state comes from.'),
    test: z
      .object({
        name: untrustedName,
        procedure_id: untrustedName.nullable(),
        serial_number: untrustedName.nullable(),
        part_number: untrustedName.nullable(),
        status: z.enum(['waiting', 'running', 'completed']),
        started_at: z.string().nullable(),
        ended_at: z.string().nullable(),
        elapsed_s: z.number().nullable(),
        current_phase: untrustedName.nullable(),
        outcome: outcome.nullable(),
      })
      .nullable(),
    prompt: prompt.nullable(),
    outcome_details: z.array(untrustedText),
    phases: z.array(phaseRow).describe('Without those that have not begun.'),
    measurements: z.array(measurementRow).describe('Those that have a value.'),
    next,
  }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const station = await findStation(call, input.station);
    const { connected, source, test } = await call(operator.state, { params: { id: station.id } });
    const begun = (test?.phases ?? []).filter(({ state }) => state !== 'WAITING');
    return {
      station,
      is_connected: connected,
      source,
      test: test && testOf(test),
      prompt: test && promptOf(test),
      outcome_details: page.take(untrustedText, test?.outcome_details ?? []),
      phases: page.take(
        phaseRow,
        begun.map(({ name, state, attempt }) => ({ name, state, attempt })),
      ),
      measurements: page.take(
        measurementRow,
        begun.flatMap((phase) =>
          phase.measurements
            .filter(({ outcome }) => outcome !== 'UNSET')
            .map(({ name, outcome, value, units, limits }) => ({
              phase: phase.name,
              name,
              outcome,
              value,
              units,
              limits,
            })),
        ),
      ),
      next: page.next,
    };
  },
});

const testOf = (test: LiveTest) => ({
  name: test.name,
  procedure_id: test.procedure_id,
  serial_number: test.serial_number,
  part_number: test.part_number,
  status: test.status,
  started_at: isoOrNull(test.started_at),
  ended_at: isoOrNull(test.ended_at),
  elapsed_s: elapsedSeconds(test),
  current_phase: test.phases.findLast(({ state }) => state === 'RUNNING')?.name ?? null,
  outcome: test.outcome,
});

/** The clock of the station may be ahead. */
const elapsedSeconds = ({ started_at: from, ended_at: to }: LiveTest): number | null =>
  from === null ? null : Math.max(0, Math.round(((to ?? Date.now()) - from) / 1000));

function promptOf({ prompt }: LiveTest) {
  if (prompt === null) return null;
  return {
    message: prompt.message,
    wants_text: prompt.text_input || prompt.form.some(isPromptInput),
    has_image: prompt.image_url !== null,
    waiting_since: new Date(prompt.emitted_at).toISOString(),
    timeout_s: prompt.timeout_s,
    who_can_answer: 'Only a person at the station can answer. No tool can.' as const,
  };
}
