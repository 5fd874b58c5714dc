import { local } from '../../../shared/contract/local.ts';
import type { Answer } from '../../../shared/contract/operation.ts';
import { operations } from '../../../shared/contract/operations.ts';
import { json } from '../../http/answers.ts';
import { describeApi } from '../../http/openApi.ts';
import { forbidden } from '../../http/refusalError.ts';
import { bearerIn, hasHash, hashKey } from '../../keys.ts';
import type { RouteServices } from '../../routeServices.ts';
import { findInstance } from '../../store/instance.ts';
import { version } from '../../version.ts';

/** The operations of the server itself. None of them takes the key of a user or a station. */
export function serverRoutes({ app, store, stopToken, requestStop, signIn }: RouteServices): void {
  app.get(local.health.path, async () => {
    return json({
      product: 'test-stations',
      version,
      instance: await findInstance(store),
      capabilities: [
        'station-overview',
        'station-batches',
        'station-keys',
        'station-links',
        'procedure-identifiers',
        'push-marks',
        'events',
        'operator',
        'streaming',
        'presence',
        'uptime',
        'analytics',
        'run-filters',
        'golden-checks',
        'studies',
        'shifts',
        'assistants',
        'accounts',
        'station-groups',
        'station-use',
      ],
      ...(signIn === null ? {} : { sign_in: { provider: new URL(signIn.provider.issuer).host } }),
    } satisfies Answer<typeof local.health>);
  });

  let description: ReturnType<typeof describeApi> | undefined;
  app.get(local.openApi.path, () => json((description ??= describeApi(operations, version))));

  const expected = hashKey(stopToken);
  app.post(local.shutdown.path, async (c) => {
    if (!hasHash(bearerIn(c.req.header('authorization')), expected)) {
      throw forbidden('Only the stop token in server.json of the data folder ends this server.');
    }
    const instance = await findInstance(store);
    requestStop();
    return json({ instance } satisfies Answer<typeof local.shutdown>);
  });
}
