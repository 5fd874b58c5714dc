import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as z from 'zod';
import { allPages } from '../../src/extension/client/pages.ts';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { createUserKey, findOrStartServer } from '../../src/extension/connection/serverProcess.ts';
import { RunnerProcess } from '../../src/extension/run/process/runnerProcess.ts';
import { stationEnvironment } from '../../src/extension/run/process/scriptEnvironment.ts';
import { local } from '../../src/shared/contract/local.ts';
import { procedures } from '../../src/shared/contract/procedures.ts';
import type { RunnerEvent } from '../../src/shared/contract/runner.ts';
import { type Run, runs } from '../../src/shared/contract/runs.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { applyRunnerEvent, initialProgress, verdictOf } from '../../src/shared/live/runProgress.ts';
import * as paths from './paths.ts';

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(paths.root, 'package.json'), 'utf8')));

const stationName = 'Bench 1';
const identifier = 'FVT1';

export interface Demo {
  readonly api: StationApi;
  readonly station: { readonly id: string; readonly name: string };
  readonly key: string;
  readonly runs: number;
}

const print = (line: string): void => console.log(`  ${line}`);

/** Creates a station in the demo's data folder and runs the sample script, unless the station has runs. */
export async function mainJob(python: string): Promise<Demo> {
  const place = { program: paths.server, version, dataFolder: paths.data };
  const { address, offeredKey } = await findOrStartServer(place);
  print(`station server  ${address.url}, data in ${address.data}`);
  const first = new StationApi(address.url, offeredKey);
  const known =
    offeredKey !== undefined &&
    (await first.call(stations.list).then(
      () => true,
      () => false,
    ));
  const api = known ? first : new StationApi(address.url, await createUserKey(place, 'demo'));

  const station = await findOrCreateStation(api);
  await linkProcedure(api, station);
  const { api_key: key, prefix } = await api.call(local.generateKey, { params: { id: station.id } });
  print(`key             ${prefix}… generated for ${station.name}`);

  const query = { created_by_station_ids: [station.id] };
  const before = await allPages((page) => api.call(runs.list, { query: { ...query, ...page } }));
  if (before.length > 0) {
    print(`runs            ${before.length}, as you left them`);
    return { api, station, key, runs: before.length };
  }
  const run = await runScript(api, python, key);
  print(`run             ${run.unit.serial_number} ${run.outcome}, run id ${run.id}`);
  return { api, station, key, runs: 1 };
}

async function findOrCreateStation(api: StationApi): Promise<{ id: string; name: string }> {
  const { data } = await api.call(stations.list, { query: { search_query: stationName } });
  const found = data.find(({ name }) => name === stationName);
  const station = found ?? { ...(await api.call(stations.create, { body: { name: stationName } })), name: stationName };
  print(`station         ${station.name} ${found ? 'found' : 'created'}`);
  return station;
}

async function linkProcedure(api: StationApi, station: { id: string }): Promise<void> {
  const all = await allPages((query) => api.call(procedures.list, { query }));
  const body = { name: 'Functional verification', identifier };
  const found = all.find((procedure) => procedure.identifier === identifier);
  const { id } = found ?? (await api.call(procedures.create, { body }));
  await api.call(local.linkProcedure, { params: { id: station.id, procedure_id: id } });
  print(`procedure       ${identifier} ${found ? 'found' : 'created'}, linked`);
}

/** Runs the OpenHTF sample like the extension, and returns the pushed run. */
async function runScript(api: StationApi, python: string, key: string): Promise<Run> {
  let live = initialProgress;
  let printed = '';
  const runner = await RunnerProcess.start(
    {
      mode: 'push',
      python: [python],
      runner: paths.runner,
      script: paths.script,
      args: [],
      cwd: dirname(paths.script),
      env: stationEnvironment(api.url, key),
    },
    {
      event: (event) => {
        live = applyRunnerEvent(live, event);
        printEvent(event);
        if (event.event === 'procedure_request') {
          runner.send({
            command: 'procedure_response',
            request_id: event.request_id,
            procedure_id: event.procedure_id ?? identifier,
          });
        }
      },
      output: (text) => (printed += text),
      protocolError: (message) => (printed += `${message}\n`),
      childDied: (pid) => (printed += `child process ${pid} died\n`),
    },
  );
  await runner.ended;
  const [execution] = live.executions;
  const verdict = execution && verdictOf(execution);
  if (!verdict || !execution.push || !('runId' in execution.push)) {
    throw new Error(`The sample script pushed no run. It printed:\n${printed}`);
  }
  return api.call(runs.get, { params: { id: execution.push.runId } });
}

function printEvent(event: RunnerEvent): void {
  if (event.event === 'run_started')
    print(`script          ${basename(paths.script)} for procedure ${event.procedure_id}`);
  if (event.event === 'phase_complete') print(`phase           ${event.name} ${event.outcome}`);
  if (event.event === 'run_complete') print(`outcome         ${event.serial_number} ${event.outcome}`);
  if (event.event === 'run_uploaded') print(`pushed          by the script’s own client`);
}
