import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { imports } from '../../shared/contract/imports.ts';
import { runs } from '../../shared/contract/runs.ts';
import { v1 } from '../../shared/contract/v1.ts';
import type { RequestObserver } from '../http/observeRequests.ts';

/** A bundle of its own, which is loaded at the first request of a monitoring system. */
export interface Metrics {
  readonly contentType: string;
  readonly observe: RequestObserver;
  readonly text: () => Promise<string>;
}

export interface MetricSources {
  runs(): Promise<number>;
  waitingWrites(): number;
  eventStreams(): number;
  operatorStreams(): number;
  mqttConnections(): number;
  openUploads(): number;
}

const pushRoutes: readonly string[] = [v1.createRun, v1.importReport, runs.create, imports.structured].map(
  ({ path }) => path,
);

const pushSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Labels have few values, and none that a client can choose: no names, serial numbers, ids or keys. */
export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'test_stations_requests_total',
    help: 'Requests that were answered, by method, route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const pushes = new Histogram({
    name: 'test_stations_push_duration_seconds',
    help: 'Time from the arrival of a push to its acknowledgement or refusal, by route.',
    labelNames: ['route'],
    buckets: pushSeconds,
    registers,
  });
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    new Gauge({
      name: `test_stations_${name}`,
      help,
      registers,
      async collect() {
        this.set(await read());
      },
    });
  };
  gauge('runs', 'Stored runs.', () => sources.runs());
  gauge('waiting_writes', 'Pushes and uploads that wait for a commit.', () => sources.waitingWrites());
  gauge('event_streams', 'Open event streams.', () => sources.eventStreams());
  gauge('operator_streams', 'Open streams of the Operator UI.', () => sources.operatorStreams());
  gauge('mqtt_connections', 'Open MQTT connections of live streams.', () => sources.mqttConnections());
  gauge('open_uploads', 'Contents of attachments that are arriving.', () => sources.openUploads());
  return {
    contentType: registry.contentType,
    observe: ({ method, route, status, durationMs }) => {
      requests.inc({ method, route, status });
      if (method === 'POST' && pushRoutes.includes(route)) pushes.observe({ route }, durationMs / 1000);
    },
    text: () => registry.metrics(),
  };
}
