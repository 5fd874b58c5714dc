import * as z from 'zod';
import { id, timestamp } from '../../contract/common.ts';
import { ToolError } from '../toolError.ts';

export const runIdInput = z.string().describe('The id of a run, such as find_runs returns.');

export function runIdOf(text: string): string {
  const parsed = id.safeParse(text.trim());
  if (parsed.success) return parsed.data;
  throw new ToolError(
    'This is not the id of a run: call find_runs, which also finds a run by the beginning of its id.',
  );
}

/** Models also send "" for what they do not want to give. Half a surrogate pair could not be sent to the server. */
export function given(text: string | undefined): string | undefined {
  const trimmed = text?.toWellFormed().trim();
  return trimmed === '' ? undefined : trimmed;
}

export const timeInputs = {
  since: z
    .string()
    .optional()
    .describe('The first start of a run, as a time with its zone: 2026-11-28T08:00:00Z or …+01:00.'),
  until: z.string().optional().describe('The last start of a run, as a time with its zone.'),
};

export interface TimeRange {
  readonly since: string | null;
  readonly until: string | null;
}

/** Returns times in UTC. */
export function timeRangeOf(input: { since?: string | undefined; until?: string | undefined }): TimeRange {
  const since = timeOf('since', input.since);
  const until = timeOf('until', input.until);
  if (since !== null && until !== null && since > until) {
    throw new ToolError('since is later than until: swap the two times.');
  }
  return { since, until };
}

function timeOf(name: string, text: string | undefined): string | null {
  const wanted = given(text);
  if (wanted === undefined) return null;
  const time = timestamp.safeParse(wanted).success ? new Date(wanted).toISOString() : '';
  // In UTC, the first and the last hours of all years have a year of more than four digits.
  if (/^\d{4}-/.test(time)) return time;
  throw new ToolError(`Give ${name} as a date and a time with their zone, such as 2026-11-28T08:00:00Z.`);
}

const dayMs = 24 * 3_600_000;
/** Without a period, a tool would compute over all runs: of a million, that takes the server a second. */
export const statisticsDays = 90;
const earliestMs = Date.parse('0001-01-01T00:00:00Z');

export const statisticsTimeInputs = {
  since: z
    .string()
    .optional()
    .describe(
      `The first start of a run, as a time with its zone: 2026-11-28T08:00:00Z or …+01:00. By default ${statisticsDays} days before \`until\`.`,
    ),
  until: z.string().optional().describe('The last start of a run, as a time with its zone. By default now.'),
};

export interface StatisticsPeriod extends TimeRange {
  readonly period: string;
}

/** Returns the period that was asked for, or by default the last days. */
export function statisticsPeriodOf(input: Parameters<typeof timeRangeOf>[0], now = Date.now()): StatisticsPeriod {
  const range = timeRangeOf(input);
  if (range.since !== null) return { ...range, period: 'as given' };
  const end = range.until === null ? now : Date.parse(range.until);
  const since = new Date(Math.min(end, Math.max(end - statisticsDays * dayMs, earliestMs))).toISOString();
  const days = range.until === null ? `last ${statisticsDays} days` : `${statisticsDays} days before until`;
  return { ...range, since, period: `${days}; pass since for more` };
}

export const startedIn = ({ since, until }: TimeRange) => ({
  ...(since === null ? {} : { started_after: since }),
  ...(until === null ? {} : { started_before: until }),
});
