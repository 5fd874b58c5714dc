/**
 * Measures each kind of tests under the editor's part for it beside the program that a person would start in a terminal, turn
 * by turn: a run of 3 seconds with 20 phases and 200 measurements. The ratio is the median of those of the turns.
 *
 *     npm run bench -- kinds [--turns 11] [--kind pytest]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { EngineProcess } from '../../src/extension/run/engine/engineProcess.ts';
import type { TestListener, TestProcess } from '../../src/extension/run/kinds/testProcess.ts';
import { RunnerProcess } from '../../src/extension/run/process/runnerProcess.ts';
import { stationEnvironment } from '../../src/extension/run/process/scriptEnvironment.ts';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import { runnerEnvironment } from '../../src/shared/contract/runner.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { readProcedure } from '../../src/shared/procedure/readProcedure.ts';
import { python } from '../e2e/support/bench.ts';
import { benchKey, startBundle } from './bundle.ts';
import { measurementCount, writeSamples } from './kindSamples.ts';
import { atMost, type Line, median, number, printTable } from './table.ts';

interface Kind {
  readonly name: string;
  /** The command in a terminal. */
  readonly plain: readonly string[];
  readonly start: (listener: TestListener) => Promise<TestProcess>;
}

const { values } = parseArgs({ options: { turns: { type: 'string', default: '11' }, kind: { type: 'string' } } });
const root = resolve(import.meta.dirname, '../..');
const standIn = join(root, 'test/support/engine/standInTofupilot.mjs');
const folder = mkdtempSync(join(tmpdir(), 'ts-bench-kinds-'));
const place = (name: string): string => join(folder, name);
const procedureId = '6d3c4a0e-0000-4000-8000-000000000001';

writeSamples(folder);
for (const name of ['outbox', 'home']) mkdirSync(place(name));
const server = await startBundle(place('data'));
try {
  const env = stationEnvironment(server.url, await stationKey(new StationApi(server.url, benchKey)));
  const lines: Line[] = [];
  for (const kind of kindsOf(env).filter(({ name }) => values.kind === undefined || name === values.kind)) {
    lines.push(...(await compare(kind, env)));
  }
  const starts: number[] = [];
  for (let index = 0; index < 5; index += 1) starts.push(await plainRun([standIn, '--version'], env));
  const what = 'of which the stand-in takes for two questions about its queue, as a program of Node';
  printTable([...lines, { what, found: `${number(2 * median(starts))} ms` }]);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

function kindsOf(env: Readonly<Record<string, string>>): Kind[] {
  const underRunner = (script: string): Kind['start'] => {
    const runner = join(root, 'dist', 'runner', '__main__.py');
    const own = {
      ...env,
      [runnerEnvironment.outbox]: place('outbox'),
      [runnerEnvironment.bytecode]: place('bytecode'),
    };
    const plan = { mode: 'push', python: [python()], runner, script: place(script), args: [], cwd: folder } as const;
    return (listener) => RunnerProcess.start({ ...plan, env: own }, listener);
  };
  const file = place('procedure/procedure.yaml');
  return [
    {
      name: 'OpenHTF',
      plain: [python(), place('openhtf_script.py')],
      start: underRunner('openhtf_script.py'),
    },
    { name: 'plain phases', plain: [python(), place('plain_script.py')], start: underRunner('plain_script.py') },
    {
      name: 'pytest',
      plain: [python(), '-m', 'pytest', '--capture=no', '-p', 'plain_measure', place('test_bench.py')],
      start: underRunner('test_bench.py'),
    },
    {
      name: 'Robot Framework',
      plain: [
        ...[python(), '-m', 'robot', '--output', 'NONE', '--log', 'NONE', '--report', 'NONE'],
        ...['--pythonpath', place('plain'), place('bench.robot')],
      ],
      start: underRunner('bench.robot'),
    },
    {
      name: 'procedure.yaml with a stand-in',
      plain: [standIn, 'run', place('procedure'), '--json', '--no-bootstrap', '--no-tui', '--upload'],
      start: (listener) => {
        const declared = readProcedure(readFileSync(file, 'utf8'), file);
        if (declared === undefined) throw new Error(`${file} is no procedure`);
        const plan = {
          mode: 'push',
          program: standIn,
          procedure: place('procedure'),
          cwd: place('procedure'),
          env: {},
          declared,
          executionId: crypto.randomUUID(),
          asksSerialNumber: false,
          procedureId,
          place: {
            folder: place('outbox'),
            script: file,
            place: { instance: 'i', server: 's', station: { id: 'station-1', name: 'Bench' } },
          },
          storage: place('storage'),
        } as const;
        return EngineProcess.start(plan, listener);
      },
    },
  ];
}

async function compare({ name, plain, start }: Kind, env: Readonly<Record<string, string>>): Promise<Line[]> {
  const alone: number[] = [];
  const added: number[] = [];
  const ratios: number[] = [];
  for (let turn = 0; turn <= Number(values.turns); turn += 1) {
    // Each begins every second turn, so that neither gains from what the other has left in caches.
    const first = turn % 2 === 0 ? await plainRun(plain, env) : await editorRun(start);
    const second = turn % 2 === 0 ? await editorRun(start) : await plainRun(plain, env);
    const [without, under] = turn % 2 === 0 ? [first, second] : [second, first];
    if (turn === 0) continue; // warms up
    alone.push(without);
    added.push(under - without);
    ratios.push(under / without);
  }
  return [
    { what: `${name}: alone`, found: `${number(median(alone))} ms` },
    {
      what: `${name}: in the editor`,
      found: `${median(ratios).toFixed(3)} of it, ${number(median(added))} ms more`,
      aim: atMost(median(ratios), 1.05, 'of it'),
    },
  ];
}

/** Milliseconds from the start of the process to its end. */
async function plainRun([command = '', ...args]: readonly string[], env: Record<string, string>): Promise<number> {
  const start = performance.now();
  const own = { ...process.env, ...env, PYTHONPATH: place('plain'), HOME: place('home') };
  const child = spawn(command, args, { cwd: folder, env: own, stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with exit code ${code}`);
  return performance.now() - start;
}

/** The same in the editor, which must have seen the whole run. */
async function editorRun(start: Kind['start']): Promise<number> {
  const begin = performance.now();
  let outcome: string | undefined;
  let output = '';
  let measured = 0;
  const process = await start({
    event: (event) => {
      if (event.event === 'run_complete') outcome = event.outcome;
      if (event.event === 'phase_complete') measured += event.measurements.length;
      if (event.event !== 'procedure_request') return;
      const { request_id, procedure_id } = event;
      process.send({ command: 'procedure_response', request_id, procedure_id });
    },
    output: (text) => (output += text),
    protocolError: (message) => console.error(message),
    childDied: (pid) => console.error(`child process ${pid} died`),
  });
  await process.ended;
  const whole = performance.now() - begin;
  if (outcome !== 'PASS' || measured !== measurementCount)
    throw new Error(
      `The run was ${outcome} with ${measured} measurements, not PASS with ${measurementCount}.\n${output}`,
    );
  return whole;
}

async function stationKey(api: StationApi): Promise<string> {
  const body = { name: 'Functional test', identifier: 'FVT1' };
  const { id: procedure_id } = await api.call(procedures.create, { body });
  const { id } = await api.call(stations.create, { body: { name: 'Bench', procedure_id } });
  return (await api.call(local.generateKey, { params: { id } })).api_key;
}
