/**
 * Measures live streams: stations that all stream a test of many phases at once, as the official client does, and one
 * watcher each. Prints how long a state takes from being published to being seen, and the server's memory.
 *
 *     npm run bench -- operator [--stations 10 --phases 200]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { StationApi } from '../../src/extension/client/stationApi.ts';
import { local } from '../../src/shared/contract/local.ts';
import { stations } from '../../src/shared/contract/stations.ts';
import { v1 } from '../../src/shared/contract/v1.ts';
import { MqttClient } from '../server/mqttClient.ts';
import { watch } from '../server/watcher.ts';
import { benchKey, startBundle } from './bundle.ts';
import { atMost, type Line, median, number, printTable } from './table.ts';

const { values } = parseArgs({
  options: { stations: { type: 'string', default: '10' }, phases: { type: 'string', default: '200' } },
});
const phases = Number(values.phases);
/** Milliseconds between two states: the official client looks ten times a second. */
const interval = 100;

const folder = mkdtempSync(join(tmpdir(), 'ts-bench-operator-'));
const server = await startBundle(join(folder, 'data'));
try {
  const api = new StationApi(server.url, benchKey);
  const authority = readFileSync(join(folder, 'data', 'server.json'), 'utf8');
  const { ca } = JSON.parse(authority) as { ca: string };
  const payloads = Array.from({ length: phases }, (_, done) => payload(done));
  const idle = server.residentMegabytes();
  const times = (
    await Promise.all(Array.from({ length: Number(values.stations) }, (_, index) => stream(api, index, ca, payloads)))
  ).flat();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  const peak = server.mostMegabytes();
  const lines: Line[] = [
    {
      what: 'states published',
      found: `${times.length}, of up to ${number(last(payloads).length / 1000)} kB`,
    },
    { what: 'from published to seen, median', found: `${number(median(times))} ms` },
    { what: '  of 99 in 100', found: `${number(at(0.99))} ms`, aim: atMost(at(0.99), 300, 'ms') },
    { what: '  the longest', found: `${number(at(1))} ms` },
    { what: 'server, before', found: `${number(idle)} MB` },
    { what: 'server, at most', found: `${number(peak)} MB`, aim: atMost(peak, 250, 'MB') },
  ];
  printTable(lines);
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Streams a test from its first to its last phase. @returns milliseconds until each state, or a later one, was seen */
async function stream(api: StationApi, index: number, ca: string, payloads: readonly Buffer[]): Promise<number[]> {
  const { id } = await api.call(stations.create, { body: { name: `Bench ${index}` } });
  const { api_key: key } = await api.call(local.generateKey, { params: { id } });
  const credentials = await new StationApi(server.url, key).call(v1.streaming);
  const client = await MqttClient.open(credentials, readFileSync(ca, 'utf8'));
  client.connect(credentials);
  await client.packet('connack');
  const watcher = await watch(server.url, id, key);
  const publishedAt: number[] = [];
  const seen: number[] = [];
  const watching = (async () => {
    while (seen.length < phases) {
      const state = await watcher.until(({ test }) => (test?.phases.length ?? 0) > seen.length);
      const now = performance.now();
      for (let each = seen.length; each < (state.test?.phases.length ?? 0); each += 1) {
        seen.push(now - (publishedAt[each] ?? now));
      }
    }
  })();
  await delay((index * interval) / Number(values.stations)); // not all at the same moment
  for (const state of payloads) {
    const next = delay(interval);
    publishedAt.push(performance.now());
    client.publish(credentials.publishOptions.topic, state);
    await next;
  }
  await watching;
  await watcher.close();
  client.socket.destroy();
  return seen;
}

/** What the client publishes while phase `done` runs, with all that OpenHTF has in it. */
function payload(done: number): Buffer {
  const start = 1_795_621_483_637;
  const logger = 'openhtf.test_record.20000:acc12dd333a041e0:04c97efb42ae4663:1795621483636';
  const options = {
    ...{ name: null, timeout_s: null, run_if: null, requires_state: false, force_repeat: false },
    ...{ repeat_on_timeout: false, repeat_limit: null, run_under_pdb: false, phase_name_case: 'KEEP' },
    stop_on_measurement_fail: false,
  };
  const measurement = (name: string, value: number) => ({
    name,
    outcome: 'PASS',
    validators: ['3 <= x <= 4'],
    docstring: null,
    units: { name: 'volt', code: 'VLT', suffix: 'V' },
    measured_value: value,
  });
  const phase = (index: number) => ({
    measurements: {
      [`voltage_${index}`]: measurement(`voltage_${index}`, 3.3),
      [`current_${index}`]: measurement(`current_${index}`, 3.5),
    },
    options,
    diagnosers: [],
    subtest_name: null,
    start_time_millis: start + index * interval,
    end_time_millis: start + (index + 1) * interval,
    attachments: {},
    diagnosis_results: [],
    failure_diagnosis_results: [],
    result: { phase_result: 'CONTINUE' },
    outcome: 'PASS',
    marginal: false,
    descriptor_id: 140_028_642_287_360 + index,
    name: `phase_${index}`,
    codeinfo: { name: '', docstring: null, sourcecode: '' },
  });
  const chatter = (index: number) =>
    ['Executing phase', 'Thread finished:', 'Phase outcome of', 'Handling phase', 'Phase finished:'].map((text) => ({
      level: 10,
      logger_name: `${logger}.phase_executor`,
      source: 'phase_executor.py',
      lineno: 307,
      timestamp_millis: start + index * interval,
      message: `${text} phase_${index} with result PhaseResult.CONTINUE`,
    }));
  const finished = Array.from({ length: done }, (_, index) => index);
  const running = { ...phase(done), outcome: undefined, result: undefined, end_time_millis: undefined };
  const message = {
    status: 'RUNNING',
    execution_uid: '20000:acc12dd333a041e0:04c97efb42ae4663:1795621483636',
    test_record: {
      dut_id: 'SN-1',
      start_time_millis: start,
      end_time_millis: null,
      outcome: null,
      outcome_details: [],
      marginal: null,
      metadata: { procedure_id: 'FVT1', part_number: 'PCBA01', test_name: 'openhtf_test', config: {} },
      phases: finished.map(phase),
      log_records: finished.flatMap(chatter),
    },
    plugs: { plug_descriptors: {}, plug_states: {} },
    running_phase_state: running,
  };
  return Buffer.from(JSON.stringify({ action: 'send', source: 'python', message }));
}

function last<T>(all: readonly T[]): T {
  const found = all.at(-1);
  if (found === undefined) throw new RangeError('There is none.');
  return found;
}
