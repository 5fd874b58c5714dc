import { BlockList, isIP } from 'node:net';
import type { RequestObserver } from '../../http/observeRequests.ts';
import { forbidden, unauthorized } from '../../http/refusalError.ts';
import { bearerIn, hasHash, hashKey } from '../../keys.ts';
import type { RouteServices } from '../../routeServices.ts';
import { countAllRuns } from '../../store/runs.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const isLoopback = (address = ''): boolean =>
  isIP(address) !== 0 && loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

interface Access {
  /** The token that every request needs; null: requests of this machine need none, and others are refused. */
  readonly token: string | null;
  readonly hasPublicUrl: boolean;
}

/** Metrics for Prometheus. The libraries are loaded, and requests are counted, from the first request on. */
export function metricsRoute(
  { app, store, writer, files, streams, hub, streaming }: RouteServices,
  observers: Set<RequestObserver>,
  { token, hasPublicUrl }: Access,
): void {
  const expected = token === null ? null : hashKey(token);

  async function load() {
    const { createMetrics } = await import('../../metrics/metrics.ts');
    const metrics = createMetrics({
      runs: () => countAllRuns(store),
      waitingWrites: () => writer.waiting,
      eventStreams: () => streams.count,
      operatorStreams: () => hub.streams.count,
      mqttConnections: () => streaming.connections,
      openUploads: () => files.arriving,
    });
    observers.add(metrics.observe);
    return metrics;
  }
  let metrics: ReturnType<typeof load> | undefined;

  app.get('/metrics', async (c) => {
    if (expected !== null) {
      if (!hasHash(bearerIn(c.req.header('authorization')), expected)) {
        throw unauthorized(
          'Send the token of TEST_STATIONS_METRICS_TOKEN in the header "Authorization: Bearer <token>".',
        );
      }
    }
    // A proxy on this machine makes every client look like one of this machine.
    else if (hasPublicUrl || !isLoopback(c.env.incoming.socket.remoteAddress) || isForwarded(c.req.header())) {
      throw forbidden(
        'Metrics are for this machine only. For others, start the server with a token in TEST_STATIONS_METRICS_TOKEN.',
      );
    }
    metrics ??= load();
    const { contentType, text } = await metrics;
    return new Response(await text(), { headers: { 'Content-Type': contentType } });
  });
}

const isForwarded = (headers: Record<string, string>): boolean =>
  'forwarded' in headers || 'x-forwarded-for' in headers;
