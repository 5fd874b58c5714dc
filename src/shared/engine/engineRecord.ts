import { type NewRunBody, newRunBody } from '../contract/newRuns.ts';
import { parseTolerantJson } from '../json/tolerantJson.ts';
import type { Verdict } from '../live/runProgress.ts';
import type { SeenPhase } from './streamRecord.ts';

export function parseEngineRecord(text: string): NewRunBody | undefined {
  try {
    return newRunBody.safeParse(parseTolerantJson(text)).data;
  } catch {
    return undefined;
  }
}

/** The engine records a run that it cut short after a failed limit as ABORTED, and an error as the text of its phase. */
export function correctedRecord(
  record: NewRunBody,
  { outcome, reason }: Verdict,
  seen: readonly SeenPhase[],
): NewRunBody {
  const isError = (name: string, text: string): boolean =>
    seen.some((phase) => phase.name === name && phase.error !== null && phase.error.trim() === text.trim());
  const errors: NonNullable<NewRunBody['logs']> = [];
  const phases = (record.phases ?? []).map((phase) => {
    const { docstring, ...rest } = phase;
    if (docstring == null || phase.outcome === 'PASS' || !isError(phase.name, docstring)) return phase;
    errors.push(errorLine(phase.ended_at, `${phase.name}: ${docstring}`));
    return rest;
  });
  if (outcome !== 'PASS' && reason !== null && !errors.some(({ message }) => message === reason)) {
    errors.push(errorLine(record.ended_at, reason));
  }
  return { ...record, outcome, phases, logs: [...(record.logs ?? []), ...errors] };
}

const errorLine = (timestamp: string, message: string): NonNullable<NewRunBody['logs']>[number] => ({
  level: 'ERROR',
  timestamp,
  message,
  source_file: 'unknown',
  line_number: 0,
});
