import { local } from '../../../shared/contract/local.ts';
import type { Answer } from '../../../shared/contract/operation.ts';
import { json } from '../../http/answers.ts';
import type { RouteServices } from '../../routeServices.ts';
import { findInstance } from '../../store/instance.ts';
import { version } from '../../version.ts';

/** Needs no key, so that a client can find out which server it found. */
export function healthRoute({ app, store }: Pick<RouteServices, 'app' | 'store'>): void {
  app.get(local.health.path, async () => {
    const answer: Answer<typeof local.health> = {
      product: 'test-stations',
      version,
      instance: await findInstance(store),
      capabilities: [
        'station-overview',
        'station-keys',
        'station-links',
        'procedure-identifiers',
        'push-marks',
        'events',
        'operator',
        'streaming',
        'presence',
        'uptime',
      ],
    };
    return json(answer);
  });
}
