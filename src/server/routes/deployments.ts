import { deployments } from '../../contract/deployments.ts';
import { notImplemented } from '../refusal.ts';
import type { Rooms } from '../rooms.ts';

export function deploymentRoutes({ mount }: Rooms): void {
  const refuse = () =>
    Promise.reject(notImplemented('This server has no deployments: procedures run from the editor.'));
  mount(deployments.list, refuse);
  mount(deployments.get, refuse);
}
