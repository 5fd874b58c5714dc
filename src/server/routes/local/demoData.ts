import { local } from '../../../shared/contract/local.ts';
import { createDemoData } from '../../demo/createDemoData.ts';
import type { RouteServices } from '../../routeServices.ts';

export function demoDataRoute({
  mount,
  store,
  pushes,
  writer,
  calendar,
}: Pick<RouteServices, 'mount' | 'store' | 'pushes' | 'writer' | 'calendar'>): void {
  mount(local.createDemoData, ({ caller, body }) =>
    createDemoData({ store, pushes, writer, calendar }, caller.id, body.days),
  );
}
