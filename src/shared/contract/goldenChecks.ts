import * as z from 'zod';
import { byId, id, operation, outcome, timestamp } from './common.ts';
import { linkedProcedure } from './stations.ts';

export const checkedSample = z.enum(['golden', 'failing']);
export type CheckedSample = z.infer<typeof checkedSample>;

export const goldenRule = z.object({
  hours: z
    .number('Give the number of hours.')
    .min(0.25, 'A check is valid for at least a quarter of an hour.')
    .max(8760, 'A check is valid for at most a year.'),
  /** Whether a failing sample must fail, too. */
  failing_sample: z.boolean(),
  /** What the editor does when a script is run without a valid check. A server never refuses a result. */
  without: z.enum(['warn', 'refuse']),
});
export type GoldenRule = z.infer<typeof goldenRule>;

const checkRun = z.object({ id, serial_number: z.string(), sample: checkedSample, outcome, checked_at: timestamp });
export type CheckRun = z.infer<typeof checkRun>;

const missing = z.array(checkedSample);
export const goldenState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('never'), missing }),
  z.object({ kind: z.literal('valid'), until: timestamp }),
  z.object({ kind: z.literal('due'), since: timestamp, missing }),
  /** The last run of a sample had the wrong outcome, however long ago. */
  z.object({ kind: z.literal('failed'), run: checkRun }),
]);
export type GoldenState = z.infer<typeof goldenState>;

/** The golden unit check of a procedure on a station, by the clock of the server. */
export const goldenCheck = z.object({
  procedure: linkedProcedure,
  rule: goldenRule,
  last: z.object({ golden: checkRun.nullable(), failing: checkRun.nullable() }),
  state: goldenState,
  /** The serial numbers of units of each sample that the procedure has tested lately. */
  units: z.object({ golden: z.array(z.string()), failing: z.array(z.string()) }),
});
export type GoldenCheck = z.infer<typeof goldenCheck>;

export const goldenChecks = {
  rules: operation('local.goldenChecks.rules', 'GET', '/api/local/procedures/{id}/golden-check', {
    params: byId,
    /** The rule of a station replaces that of the procedure there. */
    answer: z.object({
      rule: goldenRule.nullable(),
      stations: z.array(z.object({ station: z.object({ id, name: z.string() }), rule: goldenRule })),
    }),
    refusals: [404],
  }),
  set: operation('local.goldenChecks.set', 'PUT', '/api/local/procedures/{id}/golden-check', {
    params: byId,
    body: z.object({
      /** By default, the rule is for all stations. */
      station_id: id.nullable().default(null),
      rule: goldenRule.nullable(),
    }),
    answer: z.object({ id }),
    refusals: [404],
  }),
  ofStation: operation('local.goldenChecks.station', 'GET', '/api/local/stations/{id}/golden-checks', {
    access: ['user', 'station'],
    params: byId,
    answer: z.object({ now: timestamp, checks: z.array(goldenCheck) }),
    refusals: [403, 404],
  }),
} as const;
