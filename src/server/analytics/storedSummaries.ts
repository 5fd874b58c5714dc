import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import type { MeasurementSummary, NamedMeasurement, ProcedureSummary } from '../../shared/analytics/summarizeDay.ts';
import { failureKind } from '../../shared/contract/analytics.ts';

const count = z.number();
const number = z.number();
const optionalNumber = z.number().nullable();
/** It is a single check of the whole list, because a distribution has hundreds of numbers. */
const numbers = z.custom<number[]>((list) => Array.isArray(list) && list.every((each) => typeof each === 'number'));
const digest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exact'), values: numbers }),
  z.object({ kind: z.literal('centroids'), minimum: number, maximum: number, means: numbers, weights: numbers }),
]);
const text = z.string().nullable();
const place = z.object({
  station_id: text,
  revision_id: text,
  version_id: text,
  batch_id: text,
  operated_by: text,
  shift: text,
  slot: text.default(null),
  is_reference: z.boolean(),
  is_first_attempt: z.boolean(),
});

const procedureSummaries = z.array(
  place.extend({
    runs: count,
    first_started_at: number,
    last_started_at: number,
    attempts: count,
    retested: count,
    passed_at: z.array(count).length(5),
    durations: digest,
    failures: z.array(
      z.object({
        kind: failureKind,
        phase_name: text,
        measurement_name: text,
        first_runs: count,
        first_units: z.array(count),
        runs: count,
        units: z.array(count),
      }),
    ),
  }),
);

export const procedureJson = (summaries: readonly ProcedureSummary[]): string => JSON.stringify(summaries);

export const procedureFromJson = (json: string): ProcedureSummary[] => procedureSummaries.parse(JSON.parse(json));

const test = z.object({ lower: optionalNumber, upper: optionalNumber, type: z.string(), units: text });

/** A group without the names of its figures, and with the positions of its place and its test in their lists. */
type Group = [
  place: number,
  test: number,
  count: number,
  failed: number,
  outOfRange: number,
  firstStartedAt: number,
  lastStartedAt: number,
  values: number,
  mean: number,
  m2: number,
  m3: number,
  m4: number,
  minimum: number | null,
  maximum: number | null,
  firstValue: number | null,
  lastValue: number | null,
  ranges: number,
  sumOfRanges: number,
];

const isFigure = (figure: unknown, index: number): boolean =>
  typeof figure === 'number' || (figure === null && index >= 12 && index <= 15);

/** Three months of a hundred measurements are 20,000 groups. A schema for each figure takes ten times as long. */
const group = z.custom<Group>((row) => Array.isArray(row) && row.length === 18 && row.every(isFigure));

const measurements = z.object({
  places: z.array(place),
  tests: z.array(test),
  named: z.array(
    z.object({
      phase_name: z.string(),
      measurement_name: z.string(),
      groups: z.array(group),
      digests: z.array(digest),
    }),
  ),
});

/** Packs the measurements of a day with the digests that they have. JSON of them takes a fifth of its size when it is deflated. */
export function packMeasurements(all: readonly NamedMeasurement[]): Uint8Array {
  const places = new Distinct<z.output<typeof place>>();
  const tests = new Distinct<z.output<typeof test>>();
  const groupOf = (summary: MeasurementSummary): Group => {
    const { lower, upper, type, units, moments, ranges, ...others } = summary;
    const { count, failed, out_of_range, first_started_at, last_started_at, ...at } = others;
    return [
      places.positionOf(at),
      tests.positionOf({ lower, upper, type, units }),
      count,
      failed,
      out_of_range,
      first_started_at,
      last_started_at,
      moments.count,
      moments.mean,
      moments.m2,
      moments.m3,
      moments.m4,
      moments.minimum,
      moments.maximum,
      ranges.first,
      ranges.last,
      ranges.count,
      ranges.sum,
    ];
  };
  const named = all.map((each) => ({ ...each, groups: each.groups.map(groupOf) }));
  return deflateRawSync(JSON.stringify({ places: places.items, tests: tests.items, named }));
}

export function unpackMeasurements(bytes: Uint8Array): NamedMeasurement[] {
  const { places, tests, named } = measurements.parse(JSON.parse(inflateRawSync(bytes).toString()));
  const summaryOf = (figures: Group): MeasurementSummary => {
    const [at, tested, count, failed, out_of_range, first_started_at, last_started_at, ...spread] = figures;
    const [values, mean, m2, m3, m4, minimum, maximum, first, last, steps, sum] = spread;
    return {
      ...itemAt(places, at),
      ...itemAt(tests, tested),
      count,
      failed,
      out_of_range,
      first_started_at,
      last_started_at,
      moments: { count: values, mean, m2, m3, m4, minimum, maximum },
      ranges: { first, last, count: steps, sum },
    };
  };
  return named.map((each) => ({ ...each, groups: each.groups.map(summaryOf) }));
}

class Distinct<T> {
  readonly items: T[] = [];
  readonly #positions = new Map<string, number>();

  positionOf(item: T): number {
    const key = JSON.stringify(item);
    const known = this.#positions.get(key);
    if (known !== undefined) return known;
    this.#positions.set(key, this.items.length);
    return this.items.push(item) - 1;
  }
}

function itemAt<T>(items: readonly T[], position: number): T {
  const item = items[position];
  if (item === undefined) throw new RangeError(`A stored summary refers to item ${position} of ${items.length}.`);
  return item;
}
