import { deployments } from '../../../shared/contract/deployments.ts';
import { notImplemented } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';

export function deploymentRoutes({ mount }: RouteServices): void {
  const refuse = () =>
    Promise.reject(notImplemented('This server has no deployments: procedures run from the editor.'));
  mount(deployments.list, refuse);
  mount(deployments.get, refuse);
}
