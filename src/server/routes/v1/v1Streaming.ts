import { v1 } from '../../../shared/contract/v1.ts';
import { operatorPage } from '../../live/operator/links.ts';
import type { RouteServices } from '../../routeServices.ts';

/** A client counts as lost after one and a half times this number of seconds without a message. */
const keepalive = 20;

export function v1StreamingRoutes({
  mount,
  streaming,
  links,
}: Pick<RouteServices, 'mount' | 'streaming' | 'links'>): void {
  mount(v1.streaming, ({ caller, keyId, origin }) => {
    const station = caller.kind === 'station' ? caller.id : null;
    const { session, token } = streaming.sessions.issue(station, keyId);
    const page = station === null ? `${origin}/operator/` : operatorPage(origin, station, links.token(station, keyId));
    const { transport, host, port } = streaming.endpointFor(origin);
    return Promise.resolve({
      token,
      operatorPage: page,
      // The client requests another session by itself when it has lost this one.
      clientOptions: { transport, protocol: 4 as const, reconnect_on_failure: false },
      willOptions: {
        topic: session.topics.will,
        payload: '{"source":"python","action":"lost"}',
        qos: 0,
        retain: false,
      },
      connectOptions: { host, port, keepalive },
      publishOptions: { topic: session.topics.out, qos: 0, retain: false },
      subscribeOptions: { topic: session.topics.in, qos: 1 },
    });
  });
}
