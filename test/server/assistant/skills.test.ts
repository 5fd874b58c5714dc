import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import { after, before, describe, it } from 'mocha';
import * as z from 'zod';
import { serverTools } from '../../../src/shared/assistant/serverTools.ts';
import { logs } from '../../../src/shared/contract/explorer.ts';
import { runs } from '../../../src/shared/contract/runs.ts';
import { adminKey, type TestStation, useServer } from '../bench.ts';
import { runAt } from '../runs.ts';
import { connectOverHttp } from './assistantClients.ts';

const minute = 60_000;
const name = { phase: 'power', measurement: 'rail_3v3' };

/** An assistant that does what a skill asks for, without a model: it calls tools, and reads what they answer. */
describe('a scripted assistant', function () {
  this.timeout(60_000);
  const bench = useServer();
  let client: Client;
  let procedure: string;
  let called: string[] = [];

  before(async () => {
    client = await connectOverHttp(bench.server.url, adminKey, 'auto');
  });
  after(() => client.close());

  async function call<S extends z.ZodType>(
    tool: string,
    args: Record<string, unknown>,
    shape: S,
  ): Promise<z.output<S>> {
    called.push(tool);
    const { isError, content, structuredContent } = await client.callTool({ name: tool, arguments: args });
    assert.equal(isError ?? false, false, `${tool}: ${JSON.stringify(content)}`);
    return shape.parse(structuredContent);
  }

  /** Gets the skill as a prompt, and begins to note the tools that are called. */
  async function begin(skill: string, subject: string): Promise<string[]> {
    const { messages } = await client.getPrompt({ name: skill, arguments: { subject } });
    const text = JSON.stringify(messages);
    assert.match(text, new RegExp(`It is about: ${subject}`));
    called = [];
    return serverTools.map((tool) => tool.name).filter((each) => text.includes(`\`${each}\``));
  }

  function push(station: TestStation, serial: string, minutesAgo: number, value: number) {
    const at = Date.now() - minutesAgo * minute;
    const time = new Date(at).toISOString();
    const outcome = value > 3.4 ? 'FAIL' : 'PASS';
    const measurement = {
      name: name.measurement,
      outcome,
      measured_value: value,
      units: 'V',
      lower_limit: 3.2,
      upper_limit: 3.4,
    };
    return station.client.call(runs.create, {
      body: {
        ...runAt(procedure, serial, outcome, at),
        logs: [{ level: 'INFO', timestamp: time, message: `read ${value}`, source_file: 'power.py', line_number: 7 }],
        phases: [{ name: name.phase, outcome, started_at: time, ended_at: time, measurements: [measurement] }],
      },
    });
  }

  const rows = z.object({ runs: z.array(z.object({ id: z.string(), outcome: z.string() })) });
  const measuredRow = z.object({ name: z.string(), outcome: z.string(), value: z.unknown() });

  it('finds the prompts of all skills', async () => {
    const { prompts } = await client.listPrompts();
    assert.deepEqual(
      prompts.map((prompt) => prompt.name),
      ['diagnose-failing-unit', 'limits-from-table', 'prepare-bench', 'set-limits-from-data', 'write-phase-script'],
    );
  });

  it('makes a bench ready, and leaves its key to a person', async () => {
    const wanted = await begin('prepare-bench', 'Line 2');
    const found = z.object({ stations: z.array(z.object({ id: z.string(), has_key: z.boolean() })) });
    assert.deepEqual((await call('list_stations', { query: 'Line 2' }, found)).stations, []);
    const id = z.object({ id: z.string() });
    const station = await call('create_station', { name: 'Line 2 FVT' }, id);
    await call('list_procedures', {}, z.object({}));
    const made = await call('create_procedure', { name: 'Functional test', identifier: 'FVT1' }, id);
    await call('link_procedure', { station: station.id, procedure: made.id }, z.object({}));
    const after = await call('list_stations', { query: 'Line 2' }, found);
    assert.deepEqual(
      after.stations.map((each) => [each.id, each.has_key]),
      [[station.id, false]],
    );
    assert.deepEqual([...new Set(called)].sort(), [...wanted].sort());
  });

  it('finds the evidence for why a unit failed', async () => {
    procedure = await bench.procedure('Board test', 'BRD');
    const benches = [await bench.station('Bench 1', procedure), await bench.station('Bench 2', procedure)] as const;
    for (let n = 0; n < 40; n += 1) await push(benches[n % 2 === 0 ? 0 : 1], `SN-${n}`, 200 - n, 3.3 + (n % 5) / 100);
    const passed = await push(benches[0], 'SN-BAD', 30, 3.31);
    const failed = await push(benches[1], 'SN-BAD', 10, 3.62);

    const wanted = await begin('diagnose-failing-unit', 'SN-BAD');
    const history = await call('get_unit_history', { serial_number: 'sn-bad' }, rows);
    const [newest] = history.runs;
    assert.deepEqual([newest?.id, newest?.outcome], [failed.id, 'FAIL']);
    const run = await call(
      'get_run',
      { run_id: failed.id, phases: 'failed' },
      z.object({ measurements: z.array(measuredRow) }),
    );
    assert.deepEqual(
      run.measurements.map((each) => [each.name, each.value]),
      [[name.measurement, 3.62]],
    );
    const read = await call(
      'get_run_logs',
      { run_id: failed.id },
      z.object({ logs: z.array(z.object({ message: z.string() })) }),
    );
    assert.deepEqual(
      read.logs.map(({ message }) => message),
      ['read 3.62'],
    );
    const good = await call('find_runs', { serial_number: 'SN-BAD', outcome: 'PASS' }, rows);
    assert.equal(good.runs[0]?.id, passed.id);
    const compared = await call(
      'compare_runs',
      { run_id: passed.id, other_run_id: failed.id },
      z.object({ measurements: z.array(z.object({ name: z.string(), sigmas: z.number().nullable() })) }),
    );
    assert.ok((compared.measurements[0]?.sigmas ?? 0) > 3, 'the value is far from the others');
    const statistics = await call(
      'measurement_statistics',
      { procedure, ...name },
      z.object({ by_station: z.array(z.object({ name: z.string(), mean: z.number() })) }),
    );
    assert.deepEqual(
      statistics.by_station.map((each) => each.name),
      ['Bench 1', 'Bench 2'],
    );
    const causes = z.object({
      causes: z.array(z.object({ measurement: z.string(), example_run_ids: z.array(z.string()) })),
    });
    const top = await call('top_failures', { procedure }, causes);
    assert.deepEqual(top.causes, [{ measurement: name.measurement, example_run_ids: [failed.id] }]);
    await call('station_uptime', { station: 'Bench 2' }, z.object({}));
    assert.deepEqual([...new Set(called)].sort(), [...wanted].sort());
    assert.equal((await bench.user.call(logs.list)).data.length, 42);
  });

  it('proposes limits from the values, with the units that would change their verdict', async () => {
    const wanted = await begin('set-limits-from-data', name.measurement);
    const names = z.object({ measurements: z.array(z.object({ measurement: z.string() })) });
    const { measurements } = await call('list_measurements', { procedure }, names);
    assert.deepEqual(measurements, [{ measurement: name.measurement }]);
    const current = await call(
      'measurement_statistics',
      { procedure, ...name },
      z.object({ current: z.object({ count: z.number() }) }),
    );
    assert.equal(current.current.count, 42);
    const tried = await call(
      'suggest_limits',
      { procedure, ...name, lower: 3.2, upper: 3.335 },
      z.object({ proposals: z.array(z.object({ method: z.string(), units_to_fail: z.number().nullable() })) }),
    );
    // Every fifth unit measured 3.34 V.
    assert.equal(tried.proposals.find(({ method }) => method === 'given')?.units_to_fail, 8);
    assert.deepEqual([...new Set(called)].sort(), [...wanted].sort());
  });

  it('finds the names to keep for a new script and for a table of limits', async () => {
    for (const skill of ['write-phase-script', 'limits-from-table']) {
      const wanted = await begin(skill, 'BRD');
      if (wanted.includes('list_stations')) await call('list_stations', {}, z.object({}));
      if (wanted.includes('list_procedures')) await call('list_procedures', { query: 'Board' }, z.object({}));
      const { measurements } = await call(
        'list_measurements',
        { procedure: 'BRD' },
        z.object({ measurements: z.array(z.object({ measurement: z.string(), units: z.string() })) }),
      );
      assert.deepEqual(measurements, [{ measurement: name.measurement, units: 'V' }]);
      assert.deepEqual([...new Set(called)].sort(), [...wanted].sort());
    }
  });

  it('reads the skills that VS Code reads', async () => {
    const { messages } = await client.getPrompt({ name: 'prepare-bench' });
    const file = readFileSync(join(import.meta.dirname, '../../../skills/prepare-bench/SKILL.md'), 'utf8');
    const [message] = messages;
    assert.ok(message?.content.type === 'text' && file.endsWith(message.content.text));
  });
});
