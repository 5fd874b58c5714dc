import * as z from 'zod';
import { phaseOutcome } from '../../contract/common.ts';
import type { Report } from '../../contract/report.ts';
import { runs } from '../../contract/runs.ts';
import { durationSeconds } from '../../format/duration.ts';
import { lastAttempts } from '../../run/attempts.ts';
import { attemptsOf, failuresOf, reasonsOf, reportOf } from '../../run/report.ts';
import { resultsOf } from '../../run/results.ts';
import { runApp } from '../runApp.ts';
import { readingTool } from '../tool.ts';
import { untrustedName, untrustedText } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { runIdInput, runIdOf } from './inputs.ts';
import { measuredValue, measuredValueOf } from './measuredValue.ts';
import { attachment, attachmentOf, runHead, runHeadOf } from './runItems.ts';

const reason = z.object({
  kind: z.enum(['error', 'diagnosis']),
  phase: untrustedName.nullable(),
  title: untrustedName,
  message: untrustedText,
  source_file: untrustedText.nullable(),
  line_number: z.number().nullable(),
  is_failure: z.boolean(),
});

const phaseRow = z.object({
  name: untrustedName,
  outcome: phaseOutcome,
  started_at: z.string(),
  duration_s: z.number().nullable(),
  attempt: z.number().describe('From 1. Only the last attempt of a phase counts.'),
  attempts: z.number(),
});

const measurementRow = measuredValue.extend({
  phase: untrustedName,
  attempt: z.number(),
  name: untrustedName,
  of: untrustedName.nullable().describe('What an aggregation was computed of; null for the measurement itself.'),
  curve_points: z.number().nullable().describe('Set for a curve, whose points are not returned.'),
});

export const getRun = readingTool({
  name: 'get_run',
  title: 'Get Run',
  description:
    'Returns one run: outcome and its reasons (errors, diagnoses), phases, measurements with value, units and limits, sub-units and ' +
    'attachments (ids, names and sizes; not their contents). By default only phases that did not pass and measurements that failed are ' +
    'returned, in the attempts that count; ask for all when you need the values that passed. Log lines are in get_run_logs. ' +
    'Use find_runs for the id.',
  input: z.object({
    run_id: runIdInput,
    phases: z
      .enum(['failed', 'all'])
      .optional()
      .describe('By default failed. all: with passed phases and retried attempts.'),
    ...pageInputs,
  }),
  output: z.object({
    run: runHead.extend({
      ended_at: z.string(),
      revision: untrustedName,
      batch: untrustedName.nullable(),
      is_started_by_assistant: z.boolean(),
      phase_count: z.number(),
      failed_measurement_count: z.number(),
      log_count: z.number(),
      attachment_count: z.number(),
    }),
    reasons: z.array(reason).describe('Why the run did not pass, apart from measurements.'),
    phases: z.array(phaseRow),
    measurements: z.array(measurementRow),
    sub_units: z.array(z.object({ serial_number: untrustedName, part_number: untrustedName })),
    attachments: z.array(attachment),
    next,
  }),
  appUri: runApp.uri,
  async answer(input, call) {
    const page = new AnswerPage(input);
    const run = await call(runs.get, { params: { id: runIdOf(input.run_id) } });
    const report = reportOf(run);
    const shown = shownPhases(report, input.phases ?? 'failed');
    return {
      run: {
        ...runHeadOf(run),
        ended_at: run.ended_at,
        revision: run.unit.part.revision.number,
        batch: run.unit.batch?.number ?? null,
        is_started_by_assistant: run.metadata?.['started_by'] === 'assistant',
        phase_count: lastAttempts(run.phases).length,
        failed_measurement_count: failuresOf(report),
        log_count: run.logs.length,
        attachment_count: run.attachments.length,
      },
      reasons: page.take(reason, reasonRows(report)),
      phases: page.take(phaseRow, shown.map(phaseRowOf)),
      measurements: page.take(measurementRow, shown.flatMap(measurementRows)),
      sub_units: page.take(
        z.object({ serial_number: untrustedName, part_number: untrustedName }),
        run.sub_units.map(({ serial_number, part_number }) => ({ serial_number, part_number })),
      ),
      attachments: page.take(attachment, report.attachments.map(attachmentOf)),
      next: page.next,
    };
  },
});

interface ShownPhase {
  readonly phase: Report['phases'][number];
  readonly attempts: number;
  readonly onlyFailed: boolean;
}

function shownPhases({ phases }: Report, wanted: 'failed' | 'all'): ShownPhase[] {
  const attempts = attemptsOf(phases);
  const all = phases.map((phase, index) => ({
    phase,
    attempts: attempts[index] ?? 1,
    onlyFailed: wanted === 'failed',
  }));
  if (wanted === 'all') return all;
  const counting = new Set(lastAttempts(phases));
  return all.filter(({ phase }) => counting.has(phase) && hasFailure(phase));
}

const hasFailure = ({ outcome, measurements }: Report['phases'][number]): boolean =>
  outcome === 'FAIL' || outcome === 'ERROR' || measurements.some((measurement) => measurement.outcome === 'FAIL');

const phaseRowOf = ({ phase, attempts }: ShownPhase): z.input<typeof phaseRow> => ({
  name: phase.name,
  outcome: phase.outcome,
  started_at: phase.started_at,
  duration_s: durationSeconds(phase.duration),
  attempt: phase.retry_count + 1,
  attempts,
});

const measurementRows = ({ phase, onlyFailed }: ShownPhase): z.input<typeof measurementRow>[] =>
  phase.measurements
    .filter(({ outcome }) => !onlyFailed || outcome === 'FAIL')
    .flatMap((measurement) =>
      resultsOf(measurement).map((result) => ({
        phase: phase.name,
        attempt: phase.retry_count + 1,
        name: result.name,
        of: result.of,
        ...measuredValueOf(result),
        curve_points: result.of === null ? (measurement.curve?.points ?? null) : null,
      })),
    );

function reasonRows(report: Report): z.input<typeof reason>[] {
  const names = new Map(report.phases.map(({ id, name }) => [id, name]));
  return reasonsOf(report).map(({ kind, phase_id, title, message, source_file, line_number, is_failure }) => ({
    kind,
    phase: phase_id === null ? null : (names.get(phase_id) ?? null),
    title,
    message,
    source_file,
    line_number,
    is_failure,
  }));
}
