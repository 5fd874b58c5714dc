import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before } from 'mocha';
import { type Run, runs } from '../../../src/shared/contract/runs.ts';
import { limitsOf } from '../../../src/shared/run/limits.ts';
import { useServer } from '../bench.ts';
import { runServerProgram, temporaryFolder } from '../support.ts';

/** The options of a station and a procedure that exist on the server of `useImport`. */
export const place = ['--station', 'bench 1', '--procedure', 'fvt1'];

/** Starts a server with a station, and imports files into its data folder. */
export function useImport() {
  const bench = useServer();
  const folder = temporaryFolder();
  before(async () => {
    await bench.station('Bench 1', await bench.procedure('Functional test', 'FVT1'));
  });

  function write(name: string, content: unknown): string {
    const path = join(folder, name);
    const isRaw = typeof content === 'string' || Buffer.isBuffer(content);
    writeFileSync(path, isRaw ? content : JSON.stringify(content));
    return path;
  }
  const command = (...args: string[]) => runServerProgram(['import', '--data', bench.folder, ...args]);
  async function imported(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await command(...place, ...args);
    assert.equal(code, 0, stderr);
    return stdout;
  }
  async function runsOf(serial: string): Promise<Run[]> {
    const { data } = await bench.user.call(runs.list, { query: { serial_numbers: [serial] } });
    return Promise.all(data.map(({ id }) => bench.user.call(runs.get, { params: { id } })));
  }
  async function runOf(serial: string): Promise<Run> {
    const [run, ...others] = await runsOf(serial);
    assert.ok(run !== undefined && others.length === 0, `${others.length} other runs of ${serial}`);
    return run;
  }
  return { bench, folder, write, command, imported, runsOf, runOf };
}

/** Returns the measurements of a run with their limits, as the API shows them. */
export const seen = (run: Run) =>
  run.phases.flatMap(({ name: phase, measurements }) =>
    measurements.map(({ name, outcome, units, measured_value, validators }) => {
      const { lower, upper } = limitsOf(
        (validators ?? []).map(({ operator, expected_value, is_decisive }) => ({
          operator,
          expected_value: typeof expected_value === 'number' ? expected_value : null,
          is_decisive: is_decisive !== false,
        })),
      );
      return { phase, name, outcome, units, value: measured_value ?? null, lower, upper };
    }),
  );
