import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, it } from 'mocha';
import { addFailedMeasurements } from '../../src/server/store/sqlite/schema/failedMeasurementsSchema.ts';
import { runFilterValues } from '../../src/shared/contract/runFilterValues.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { failuresOf } from '../../src/shared/statistics/pareto.ts';
import { useServer } from './bench.ts';
import { randomNumbers } from './random.ts';

const seed = Number(process.env['FAILED_SEED'] ?? Date.now() % 1_000_000);
const names = ['voltage', 'current', 'Voltage', 'temp "FAIL"'];

describe(`runs by failed measurements (FAILED_SEED=${seed})`, function () {
  this.timeout(60_000);
  const bench = useServer();
  const random = randomNumbers(seed);
  const pick = <T>(values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0];
  /** What the statistics count, by the ids of the runs. */
  const expected = new Map<string, string[]>();
  let procedure: string;

  const pushRun = async (index: number): Promise<void> => {
    const start = Date.now() - index * 3_600_000;
    const at = (offset: number): string => new Date(start + offset).toISOString();
    const phases = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, place) => ({
      name: pick(['first', 'second']),
      outcome: pick(['PASS', 'FAIL', 'ERROR'] as const),
      started_at: at(place * 1000),
      ended_at: at(place * 1000 + 500),
      retry_count: pick([0, 0, 1]),
      measurements: names
        .filter(() => random() < 0.6)
        .map((name) => ({ name, outcome: pick(['PASS', 'PASS', 'FAIL', 'UNSET'] as const), measured_value: 1 })),
    }));
    const outcome = 'FAIL';
    const unit = { procedure_id: procedure, serial_number: `SN-${index}`, part_number: 'PCBA01' };
    const body = { ...unit, outcome, phases, started_at: at(0), ended_at: at(9000) } as const;
    const { id } = await bench.user.call(runs.create, { body });
    const tested = phases.map((phase) => ({ ...phase, started_at: Date.parse(phase.started_at) }));
    const failures = failuresOf({ procedureId: procedure, unitId: id, outcome, phases: tested });
    expected.set(
      id,
      failures.flatMap(({ measurement }) => measurement ?? []),
    );
  };

  const assertFound = async (): Promise<void> => {
    for (const asked of [...names.map((name) => [name]), names.slice(0, 2)]) {
      const query = { failed_measurements: asked, limit: '100' };
      const found = (await bench.user.call(runs.list, { query })).data.map(({ id }) => id);
      const ids = [...expected].filter(([, failed]) => failed.some((name) => asked.includes(name))).map(([id]) => id);
      assert.deepEqual(found, ids, asked.join());
    }
  };

  before(async () => {
    procedure = await bench.procedure('Listed');
    for (let index = 0; index < 60; index += 1) await pushRun(index);
  });

  it('are those in which the statistics count the measurement as failed', assertFound);

  it('are found no more once they are deleted', async () => {
    const [first = ''] = expected.keys();
    await bench.user.call(runs.delete, { query: { ids: first } });
    expected.delete(first);
    await assertFound();
  });

  it('are found in a folder of an earlier server after its update', async () => {
    await bench.restart(async (server) => {
      await server.stop();
      const database = new DatabaseSync(join(bench.folder, 'stations.db'));
      database.exec('drop table failed_measurements');
      addFailedMeasurements(database);
      database.close();
    });
    await assertFound();
  });

  it('come with the names to choose from, the most frequent first, and with the operators', async () => {
    const { operators, failed_measurements: offered } = await bench.user.call(runFilterValues.list);
    const counts = names
      .map((name) => ({ name, runs: [...expected.values()].filter((failed) => failed.includes(name)).length }))
      .filter((each) => each.runs > 0)
      .sort((a, b) => b.runs - a.runs || (a.name < b.name ? -1 : 1));
    assert.deepEqual(offered, counts);
    assert.deepEqual(operators, []);
  });
});
