import { stationUses } from '../../../shared/contract/stationUse.ts';
import type { Caller } from '../../http/authentication.ts';
import { conflict } from '../../http/refusalError.ts';
import type { UsingWindow } from '../../live/use/stationUses.ts';
import type { RouteServices } from '../../routeServices.ts';
import { existingStation } from '../existing.ts';

export function stationUseRoutes({ mount, store, uses }: RouteServices): void {
  mount(stationUses.report, async ({ params, body, caller }) => {
    const { id } = await existingStation(store, params.id);
    const window = windowOf(params.window_id, caller, body.machine);
    const report = () => {
      switch (body.wants) {
        case 'station':
          return uses.want(id, window);
        case 'start':
          return uses.start(id, window, body.test);
        case 'running':
          uses.keepRunning(id, window, body.test);
          return null;
      }
    };
    const refused = report();
    return { refused, use: uses.of(id) };
  });

  mount(stationUses.end, async ({ params, caller }) => {
    const { id } = await existingStation(store, params.id);
    uses.end(id, { id: params.window_id, userId: caller.id });
    return { id };
  });

  mount(stationUses.takeOver, async ({ params, body, caller }) => {
    const { id, name } = await existingStation(store, params.id);
    const had = (uses.of(id)?.windows ?? [])
      .filter((each) => each.has_station && each.user_id !== caller.id)
      .map(({ user_name }) => user_name);
    const isAsSeen = [...new Set(had)].sort().join('\n') === [...new Set(body.from)].sort().join('\n');
    if (!isAsSeen || !uses.takeOver(id, windowOf(params.window_id, caller, ''), body.version)) {
      throw conflict(`Station "${name}" is used in another way meanwhile. Look who uses it now, and decide again.`);
    }
    return { id, use: uses.of(id) };
  });
}

const windowOf = (id: string, caller: Caller, machine: string): UsingWindow => ({
  id,
  userId: caller.id,
  userName: caller.name,
  machine,
});
