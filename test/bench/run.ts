/**
 * Measures a script under the runner beside the same script run by plain Python with its own client, on the same server,
 * turn by turn, and prints one table.
 *
 *     npm run bench -- run [--turns 15]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { RunnerProcess } from '../../src/extension/run/process/runnerProcess.ts';
import { stationEnvironment } from '../../src/extension/run/process/scriptEnvironment.ts';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { python } from '../e2e/support/bench.ts';
import { scriptFile } from '../support/scripts.ts';
import { benchKey, startBundle } from './bundle.ts';
import { atMost, type Line, median, number, printTable } from './table.ts';

const { values } = parseArgs({ options: { turns: { type: 'string', default: '15' } } });
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'ts-bench-run-'));
const script = join(folder, 'script.py');
cpSync(scriptFile('openhtf_fvt1.py'), script);

const server = await startBundle(join(folder, 'data'));
try {
  const key = await stationKey(new StationApi(server.url, benchKey));
  const env = stationEnvironment(server.url, key);
  const outbox = join(folder, 'outbox');
  mkdirSync(outbox);
  const plain: number[] = [];
  const under: number[] = [];
  const seen: number[] = [];
  for (let turn = 0; turn <= Number(values.turns); turn += 1) {
    const alone = await plainRun(env);
    const { whole, phase } = await runnerRun({
      ...env,
      [runnerEnvironment.outbox]: outbox,
      [runnerEnvironment.bytecode]: join(folder, 'bytecode'),
    });
    if (turn === 0) continue; // warms up
    plain.push(alone);
    under.push(whole);
    seen.push(phase);
  }
  const { data } = await new StationApi(server.url, benchKey).call(runs.list, { query: { limit: 100 } });
  const expected = 2 * (Number(values.turns) + 1);
  if (data.length !== expected) throw new Error(`${data.length} runs were pushed, not ${expected}.`);
  const ratio = median(under) / median(plain);
  const lines: Line[] = [
    { what: 'python script.py', found: `${number(median(plain))} ms` },
    {
      what: 'the same under the runner',
      found: `${number(median(under))} ms = ${ratio.toFixed(2)} of it`,
      aim: atMost(ratio, 1.05, 'of it'),
    },
    {
      what: 'first phase known to the editor after its start',
      found: `median ${number(median(seen))} ms, worst ${number(Math.max(...seen))} ms`,
      aim: atMost(median(seen), 150, 'ms'),
    },
  ];
  printTable(lines);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function stationKey(api: StationApi): Promise<string> {
  const body = { name: 'Functional test', identifier: 'FVT1' };
  const { id: procedure_id } = await api.call(procedures.create, { body });
  const { id } = await api.call(stations.create, { body: { name: 'Bench', procedure_id } });
  return (await api.call(local.generateKey, { params: { id } })).api_key;
}

/** Milliseconds from the start of the process to its end. */
async function plainRun(env: Record<string, string>): Promise<number> {
  const start = performance.now();
  const child = spawn(python(), [script], { cwd: folder, env: { ...process.env, ...env }, stdio: 'ignore' });
  await once(child, 'close');
  return performance.now() - start;
}

/** The same under the runner, and how long after its start the first phase was told. Milliseconds. */
async function runnerRun(env: Record<string, string>): Promise<{ whole: number; phase: number }> {
  const start = performance.now();
  let phase = NaN;
  const runner = join(root, 'dist', 'runner', '__main__.py');
  const plan = { mode: 'push', python: [python()], runner, script, args: [], cwd: folder, env } as const;
  const process = await RunnerProcess.start(plan, {
    event: (event) => {
      if (event.event === 'phase_started' && Number.isNaN(phase)) phase = Date.now() - event.time;
      if (event.event !== 'procedure_request') return;
      const { request_id, procedure_id } = event;
      process.send({ command: 'procedure_response', request_id, procedure_id });
    },
    output: () => undefined,
    protocolError: (message) => console.error(message),
    childDied: (pid) => console.error(`child process ${pid} died`),
  });
  await process.ended;
  return { whole: performance.now() - start, phase };
}
