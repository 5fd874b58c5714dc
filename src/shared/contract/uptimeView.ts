import * as z from 'zod';
import { id } from './common.ts';
import { stationState } from './overview.ts';
import { days, uptime, uptimeRow } from './uptime.ts';

/** A row without its days: those of all rows travel as one block of numbers, because a fleet has 90,000 days. */
const rowHead = uptimeRow.omit({ columns: true });
export type RowHead = z.infer<typeof rowHead>;

const knownStation = z.object({ id: z.string(), name: z.string(), state: stationState });
export type KnownStation = z.infer<typeof knownStation>;

const station = uptime.station.answer;
export type StationUptime = z.infer<typeof station>;
const day = uptime.day.answer;
export type DayUptime = z.infer<typeof day>;

export const toUptime = z.discriminatedUnion('type', [
  z.object({ type: z.literal('fleet'), days, rows: z.array(rowHead), columns: z.instanceof(Int32Array) }),
  z.object({ type: z.literal('row'), row: uptimeRow, now: days.shape.now }),
  z.object({ type: z.literal('station'), station }),
  z.object({ type: z.literal('day'), station: id, day }),
  z.object({ type: z.literal('known'), server: z.string(), stations: z.array(knownStation) }),
  z.object({ type: z.literal('failed'), message: z.string() }),
  z.object({ type: z.literal('open'), station: id }),
  z.object({ type: z.literal('watched'), stations: z.array(z.string()) }),
]);
export type ToUptime = z.infer<typeof toUptime>;

const onStation = z.object({ station: id });

export const fromUptime = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), time_zone: z.string() }),
  z.object({ type: z.literal('refresh') }),
  z.object({ type: z.literal('select'), station: id.nullable(), date: z.iso.date().nullable() }),
  z.object({ type: z.literal('openRun'), run: id }),
  z.object({ type: z.literal('export'), format: z.enum(['json', 'csv']), station: id.nullable() }),
  onStation.extend({ type: z.literal('maintenance') }),
  onStation.extend({ type: z.literal('pause') }),
  onStation.extend({ type: z.literal('resume') }),
  onStation.extend({ type: z.literal('deletePause'), pause: id }),
  onStation.extend({ type: z.literal('operatorAddress') }),
  onStation.extend({ type: z.literal('watch') }),
  z.object({ type: z.literal('openDashboard') }),
]);
export type FromUptime = z.infer<typeof fromUptime>;
