import { analytics } from '../../../shared/contract/analytics.ts';
import { Analytics } from '../../analytics/analytics.ts';
import type { RouteServices } from '../../routeServices.ts';
import { existingProcedure } from '../existing.ts';

export function analyticsRoutes({ mount, store, summaries, calendar }: RouteServices): void {
  const answers = new Analytics(store, summaries, calendar);
  mount(analytics.procedure, async ({ params, query }) =>
    answers.procedure(await existingProcedure(store, params.id), query),
  );
  mount(analytics.routes, async ({ params, query }) =>
    answers.routes(await existingProcedure(store, params.id), query),
  );
  mount(analytics.measurements, async ({ params, query }) =>
    answers.measurements(await existingProcedure(store, params.id), query),
  );
  mount(analytics.measurement, async ({ params, query }) =>
    answers.measurement(await existingProcedure(store, params.id), query),
  );
  mount(analytics.values, async ({ params, query }) =>
    answers.values(await existingProcedure(store, params.id), query),
  );
}
