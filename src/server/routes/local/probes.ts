import { local } from '../../../shared/contract/local.ts';
import type { Answer } from '../../../shared/contract/operation.ts';
import { json } from '../../http/answers.ts';
import { unavailable } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';

export function probeRoutes({ app, readiness }: RouteServices): void {
  app.get(local.live.path, () => json({ status: 'live' } satisfies Answer<typeof local.live>));
  app.get(local.ready.path, async () => {
    const problem = await readiness.problem();
    if (problem !== null) throw unavailable(problem);
    return json({ status: 'ready' } satisfies Answer<typeof local.ready>);
  });
}
