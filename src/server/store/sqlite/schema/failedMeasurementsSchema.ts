import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { failedMeasurements } from '../../../../shared/run/failedMeasurements.ts';

/** Schema 10: a run has a row for each name that `failedMeasurements` returns. They are in the order of the starts. */
const failedMeasurementsSchema = `
create table failed_measurements (
  name text not null,
  started_at integer not null,
  run_key integer not null references runs on delete cascade,
  primary key (name, started_at, run_key)
) strict, without rowid;
create index failed_measurements_by_run on failed_measurements (run_key);
`;

const storedRun = z.object({ key: z.number(), started_at: z.number() });
const storedPhase = z.object({
  name: z.string(),
  started_at: z.number(),
  retry_count: z.number(),
  measurements_json: z.string().nullable(),
});
const storedMeasurements = z.array(
  z
    .tuple([z.string(), z.string()])
    .rest(z.unknown())
    .transform(([name, outcome]) => ({ name, outcome })),
);

export function addFailedMeasurements(database: DatabaseSync): void {
  database.exec(failedMeasurementsSchema);
  const runs = database.prepare(`
    select key, started_at from runs
    where key in (select run_key from phases where instr(measurements_json, '"FAIL"') > 0)`);
  const phases = database.prepare(
    'select name, started_at, retry_count, measurements_json from phases where run_key = ? order by key',
  );
  const insert = database.prepare('insert into failed_measurements (name, started_at, run_key) values (?, ?, ?)');
  for (const row of runs.iterate()) {
    const run = storedRun.parse(row);
    const failed = failedMeasurements(
      phases.all(run.key).map((each) => {
        const { measurements_json: json, ...phase } = storedPhase.parse(each);
        return { ...phase, measurements: json === null ? [] : storedMeasurements.parse(JSON.parse(json)) };
      }),
    );
    for (const name of failed) insert.run(name, run.started_at, run.key);
  }
}
