import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { before, it } from 'mocha';
import { scriptFileName, scriptTemplate } from '../../src/extension/run/help/scriptTemplates.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { type RunListItem, runs } from '../../src/shared/contract/runs.ts';
import type { ProcedureReference } from '../../src/shared/run/procedureChoice.ts';
import { type TestStation, useServer } from '../server/bench.ts';
import { Host } from './support/host.ts';
import { script, scriptFolder, withNewestPython } from './support/script.ts';

const samples = path.join(import.meta.dirname, '../../samples');

withNewestPython('The first scripts of a user', (python) => {
  const bench = useServer();
  let station: TestStation;
  let named: ProcedureReference;
  let unnamed: ProcedureReference;

  before(async () => {
    named = { id: await bench.procedure('Functional verification', 'FVT1'), name: 'Functional verification' };
    unnamed = { id: await bench.procedure('Board test'), name: 'Board test' };
    station = await bench.station('Bench 1', named.id, unnamed.id);
  });

  /** Runs a script as the editor does, in a folder of its own. */
  async function run(file: string): Promise<{ host: Host; stored: RunListItem[]; pending: string[] }> {
    const uploadFolder = path.join(path.dirname(file), 'outbox');
    await mkdir(uploadFolder);
    const before = await station.client.call(runs.list);
    const known = new Set(before.data.map(({ id }) => id));
    const host = await Host.run(python, file, {
      env: {
        TOFUPILOT_URL: bench.server.url,
        TOFUPILOT_API_KEY: station.key,
        [runnerEnvironment.outbox]: uploadFolder,
        [runnerEnvironment.place]: 'null',
      },
      prompt: () => '',
    });
    const { data } = await station.client.call(runs.list);
    return { host, stored: data.filter(({ id }) => !known.has(id)), pending: await readdir(uploadFolder) };
  }

  async function passes(file: string, procedure: ProcedureReference): Promise<void> {
    const { host, stored, pending } = await run(file);
    assert.equal(await host.ended, 0, host.diagnostics());
    assert.deepEqual(
      stored.map((each) => [each.outcome, each.procedure.id, each.created_by_station?.id]),
      [['PASS', procedure.id, station.id]],
      host.diagnostics(),
    );
    assert.deepEqual(pending, []);
    assert.equal(host.all('run_uploaded').length, 1);
    assert.doesNotMatch(host.stdout.toString() + host.stderr, /deprecat|Warning/i);
  }

  for (const name of globSync('*.py', { cwd: samples }).sort()) {
    it(`the sample ${name} passes, is stored once and prints no warning`, async () => {
      const file = path.join(await scriptFolder({}, 'samples'), name);
      await mkdir(path.dirname(file), { recursive: true });
      await cp(path.join(samples, name), file);
      await passes(file, named);
    });
  }

  for (const kind of ['openhtf', 'vanilla'] as const) {
    it(`a new ${kind} script for an identifier passes, is stored once and prints no warning`, async () => {
      await passes(await script(scriptTemplate(kind, { ...named, identifier: 'FVT1' })), named);
    });

    it(`a new ${kind} script for an id passes, is stored once and prints no warning`, async () => {
      await passes(await script(scriptTemplate(kind, unnamed)), unnamed);
    });
  }

  for (const kind of ['pytest', 'robot'] as const) {
    it(`a new ${kind} script passes as a run of its procedure, which is saved once`, async () => {
      const name = scriptFileName(kind, unnamed);
      const folder = await scriptFolder({ [name]: scriptTemplate(kind, unnamed) });
      const { host, pending } = await run(path.join(folder, name));
      assert.equal(await host.ended, 0, host.diagnostics());
      const { procedure_id, part_number } = host.one('run_started');
      const { outcome, serial_number } = host.one('run_complete');
      assert.deepEqual([procedure_id, part_number, serial_number, outcome], [unnamed.id, 'PCBA01', 'SN-0001', 'PASS']);
      assert.deepEqual(
        host.one('phase_complete').measurements.map((each) => [each.name, each.outcome]),
        [['supply_voltage', 'PASS']],
      );
      assert.equal(pending.length, 1);
    });
  }
});
