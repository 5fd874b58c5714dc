import { timingSafeEqual } from 'node:crypto';
import { local } from '../../../shared/contract/local.ts';
import type { Answer } from '../../../shared/contract/operation.ts';
import { json } from '../../http/answers.ts';
import { forbidden } from '../../http/refusalError.ts';
import { hashKey } from '../../keys.ts';
import type { RouteServices } from '../../routeServices.ts';
import { findInstance } from '../../store/instance.ts';

/**
 * Needs the stop token, which only programs that can read the data folder have. The key of a user or a station is not
 * enough.
 */
export function shutdownRoute({
  app,
  store,
  stopToken,
  requestStop,
}: Pick<RouteServices, 'app' | 'store' | 'stopToken' | 'requestStop'>): void {
  const expected = Buffer.from(hashKey(stopToken));
  app.post(local.shutdown.path, async (c) => {
    const given = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';
    if (!timingSafeEqual(Buffer.from(hashKey(given)), expected)) {
      throw forbidden('Only the stop token in server.json of the data folder ends this server.');
    }
    const answer: Answer<typeof local.shutdown> = { instance: await findInstance(store) };
    requestStop();
    return json(answer);
  });
}
