import { type User, users } from '../../../shared/contract/users.ts';
import { forbidden } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { findInstance } from '../../store/instance.ts';
import { listUsers, type UserRow } from '../../store/users.ts';

export function userRoutes({ mount, store }: RouteServices): void {
  mount(users.list, async ({ query: { current }, caller }) => {
    const all = await listUsers(store);
    return (current ? all.filter(({ id }) => id === caller.id) : all).map(answer);
  });

  mount(users.getCurrent, async ({ caller }) => {
    const user = (await listUsers(store)).find(({ id }) => id === caller.id);
    if (!user) throw forbidden('Only a user key belongs to a user.');
    return answer(user);
  });

  mount(users.whoami, async ({ caller }) => {
    const user = (await listUsers(store)).find(({ id }) => id === caller.id);
    return {
      type: caller.kind,
      user: user ? { id: user.id, email: user.email, name: user.name } : null,
      station: caller.kind === 'station' ? { id: caller.id, name: caller.name } : null,
      organization: { id: await findInstance(store), slug: 'local', name: 'Local' },
    };
  });
}

const answer = ({ id, email, name, revoked_at }: UserRow): User => ({
  ...{ id, email, name },
  image: null,
  banned: revoked_at !== null,
});
