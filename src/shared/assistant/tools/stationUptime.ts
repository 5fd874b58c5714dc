import * as z from 'zod';
import { stationState } from '../../contract/overview.ts';
import { pauseKind } from '../../contract/pauses.ts';
import { presenceCause } from '../../contract/presence.ts';
import { type Durations, type InstantState, uptime } from '../../contract/uptime.ts';
import { dayOf, lastDays } from '../../uptime/uptime.ts';
import { figuresOf } from '../../uptime/uptimeFigures.ts';
import { readingTool } from '../tool.ts';
import { ToolError } from '../toolError.ts';
import { untrustedText } from '../untrustedText.ts';
import { AnswerPage, next, pageInputs } from './answerPage.ts';
import { given } from './inputs.ts';
import { findStation, named, stationInput } from './subjects.ts';

const maxDays = 31;
const defaultDays = 7;

const figures = {
  uptime_percent: z.number().nullable().describe('up / (up + down), rounded down; null without enough observed time.'),
  coverage_percent: z.number().describe('The share of the time in which the server observed the station.'),
  up_s: z.number(),
  down_s: z.number(),
  maintenance_s: z.number(),
  paused_s: z.number(),
  unobserved_s: z.number(),
  incidents: z.number(),
};

const dayRow = z.object({ date: z.string(), ...figures });
const downtime = z.object({
  from: z.string(),
  to: z.string().nullable().describe('Null: the station is still down.'),
  down_s: z.number().describe('Without maintenance and unobserved time.'),
  cause: presenceCause,
  why: z.string(),
});
const pauseRow = z.object({ kind: pauseKind, from: z.string(), to: z.string().nullable(), note: untrustedText });
const states = ['up', 'down', 'maintenance', 'paused', 'unknown', 'none'] as const satisfies readonly InstantState[];
const segmentRow = z.object({ state: z.enum(states), from: z.string(), to: z.string() });

const why: Readonly<Record<z.infer<typeof presenceCause>, string>> = {
  stream: 'The live stream closed cleanly.',
  'stream-lost': 'The live stream disconnected.',
  follow: 'The operator page closed its connection.',
  heartbeat: 'It disconnected cleanly.',
  'heartbeat-missed': 'Its heartbeats stopped coming.',
  run: 'The script ended.',
  key: 'The key was replaced or deleted.',
  server: 'It did not reconnect after the server restarted.',
};

export const stationUptime = readingTool({
  name: 'station_uptime',
  title: 'Station Uptime',
  description:
    'Returns whether a station is connected, and how long it was up, down, in maintenance, paused and unobserved in the last days: in total, ' +
    'by day, and each downtime with its cause. With a date it also returns every interval of that day. Uptime is of observed time only: ' +
    'quote the coverage with it. It says nothing about test results.',
  input: z.object({
    station: stationInput,
    days: z.number().optional().describe(`The last days, with today: 1 to ${maxDays}, by default ${defaultDays}.`),
    date: z.string().optional().describe('One of these days, such as 2026-11-28, whose intervals are wanted.'),
    time_zone: z.string().optional().describe('Of the days, such as Europe/Berlin. By default UTC.'),
    ...pageInputs,
  }),
  output: z.object({
    station: named,
    state: stationState,
    state_since: z.string().nullable(),
    last_seen_at: z.string().nullable(),
    observed_since: z.string(),
    time_zone: z.string(),
    total: z.object(figures),
    days: z.array(dayRow).describe('Newest first.'),
    downtimes: z.array(downtime).describe('Newest first, with their full lengths.'),
    pauses: z.array(pauseRow).describe('Planned maintenance and pauses, newest first.'),
    intervals: z.array(segmentRow).describe('Of `date`, oldest first.'),
    next,
  }),
  async answer(input, call) {
    const page = new AnswerPage(input);
    const { days: count = defaultDays } = input;
    const time_zone = given(input.time_zone) ?? 'UTC';
    const date = given(input.date);
    if (!Number.isInteger(count) || count < 1 || count > maxDays) {
      throw new ToolError(`Give a number of days from 1 to ${maxDays}.`);
    }
    const station = await findStation(call, input.station);
    const params = { id: station.id };
    const found = await call(uptime.station, { params, query: { days: count, time_zone } });
    const { dates } = found.days;
    if (date !== undefined && !dates.includes(date)) {
      throw new ToolError(`Give a date from ${dates[0] ?? ''} to ${dates.at(-1) ?? ''}, or more days.`);
    }
    const lengths = dates.map((_, place) => dayOf(found.columns, found.days, place));
    const downtimes = new Map<string, z.input<typeof downtime>>();
    let intervals: z.input<typeof segmentRow>[] = [];
    for (const [place, each] of dates.entries()) {
      if ((lengths[place]?.down ?? 0) === 0 && each !== date) continue;
      const day = await call(uptime.day, { params: { ...params, date: each }, query: { time_zone } });
      if (each === date) intervals = day.segments.map(({ state, from, to }) => ({ state, from, to }));
      for (const { from, to, down, cause } of day.incidents) {
        downtimes.set(from, { from, to, down_s: down / 1000, cause, why: why[cause] });
      }
    }
    return {
      station,
      state: found.state,
      state_since: found.since,
      last_seen_at: found.last_seen_at,
      observed_since: found.observed_since,
      time_zone: found.days.time_zone,
      total: rowOf(lastDays(found.columns, found.days, count)),
      days: page.take(dayRow, dates.map((each, place) => ({ date: each, ...rowOf(lengths[place]) })).reverse()),
      downtimes: page.take(
        downtime,
        [...downtimes.values()].sort((a, b) => Date.parse(b.from) - Date.parse(a.from)),
      ),
      pauses: page.take(
        pauseRow,
        found.pauses
          .map(({ kind, starts_at, ends_at, note }) => ({ kind, from: starts_at, to: ends_at, note }))
          .sort((a, b) => Date.parse(b.from) - Date.parse(a.from)),
      ),
      intervals: page.take(segmentRow, intervals),
      next: page.next,
    };
  },
});

function rowOf(durations: Durations | undefined) {
  if (durations === undefined) throw new Error('A day has no durations.');
  const { percent, coverage } = figuresOf(durations);
  return {
    uptime_percent: percent,
    coverage_percent: coverage,
    up_s: durations.up / 1000,
    down_s: durations.down / 1000,
    maintenance_s: durations.maintenance / 1000,
    paused_s: durations.paused / 1000,
    unobserved_s: durations.unknown / 1000,
    incidents: durations.incidents,
  };
}
