import { local } from '../../../shared/contract/local.ts';
import { createDemoData } from '../../demo/createDemoData.ts';
import type { RouteServices } from '../../routeServices.ts';

export function demoDataRoute({ mount, store, writer, calendar }: RouteServices): void {
  mount(local.createDemoData, ({ caller, body }) => createDemoData({ store, writer, calendar }, caller.id, body.days));
}
