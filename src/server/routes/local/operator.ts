import type { LiveState, StateEvent, WindowRequest } from '../../../shared/contract/operator.ts';
import { operator } from '../../../shared/contract/operator.ts';
import { statePatchOf } from '../../../shared/live/livePatch.ts';
import { parseInput } from '../../http/input.ts';
import { type Call, receive, routeOf } from '../../http/mount.ts';
import { conflict, unauthorized } from '../../http/refusalError.ts';
import { linkTokenIn, operatorPage } from '../../live/operator/links.ts';
import type { LiveStation } from '../../live/operator/liveStation.ts';
import { serveEvents } from '../../live/operator/serverEvents.ts';
import type { RouteServices } from '../../routeServices.ts';
import { isKey, stationKeyId } from '../../store/keys.ts';
import { existingStation, requireOwnStation } from '../existing.ts';

export function operatorRoutes(services: RouteServices): void {
  const { mount, hub, boards, store, links } = services;
  const stationOf = async ({ params, caller }: Pick<Call<typeof operator.state>, 'params' | 'caller'>) => {
    requireOwnStation(caller, params.id, 'watch or operate');
    const { id, name } = await existingStation(store, params.id);
    return hub.station(id).withName(name);
  };

  mount(operator.state, async (call) => {
    const station = await stationOf(call);
    await boards.update(station);
    return station.state;
  });

  mount(operator.answer, async (call) => {
    const { prompt_id, text, delivered } = call.body;
    return (await stationOf(call)).answer(prompt_id, text, call.caller.name, delivered);
  });

  mount(operator.stop, async (call) => {
    (await stationOf(call)).stop(call.body.execution_id);
    return { execution_id: call.body.execution_id };
  });

  mount(operator.start, async (call) => {
    const { serial_number, loop, slot } = call.body;
    (await stationOf(call)).slot(slot).start(serial_number, loop);
    return { serial_number };
  });

  mount(operator.loop, async (call) => {
    const { loop, slot } = call.body;
    (await stationOf(call)).slot(slot).loop(loop);
    return { loop };
  });

  mount(operator.link, async (call) => {
    const { id, name } = await stationOf(call);
    const keyId = await stationKeyId(store, id);
    if (keyId === null) {
      throw conflict(
        `Station "${name}" has no key, and a link to it would never end. Generate a key for the station, then try again.`,
      );
    }
    return { url: operatorPage(call.origin, id, links.token(id, keyId)) };
  });

  mount(operator.report, async (call) => {
    const station = await stationOf(call);
    const { slot, ...report } = call.body;
    const window = hub.window(station, slot, call.params.window_id);
    window.applyReport(report);
    station.update(window, slot);
    return { id: station.id };
  });

  streamRoutes(services, stationOf);
}

type StationOf = (call: Pick<Call<typeof operator.state>, 'params' | 'caller'>) => Promise<LiveStation>;

function streamRoutes(
  { app, hub, boards, store, pushes, audit, links }: Omit<RouteServices, 'mount'>,
  stationOf: StationOf,
): void {
  const { streams } = hub;

  app.get(routeOf(operator.states), async (c) => {
    const token = linkTokenIn(c.req.header('authorization'));
    let allowed: () => Promise<boolean>;
    let station: LiveStation;
    let client: { owner: string; keyId: string };
    const { slots } = parseInput(operator.states.query, c.req.query());
    if (token === undefined) {
      const call = await receive({ pushes, audit }, operator.states, c);
      station = await stationOf(call);
      allowed = () => isKey(store, call.keyId);
      client = { owner: call.keyId, keyId: call.keyId };
    } else {
      const { id } = parseInput(operator.states.params, c.req.param());
      const keyId = await stationKeyId(store, id);
      allowed = () => (keyId === null ? Promise.resolve(false) : isKey(store, keyId));
      if (keyId === null || !links.isGenuine(token, id, keyId)) {
        throw unauthorized('This link is not valid any more: the station’s key was replaced or deleted.');
      }
      station = hub.station(id).withName((await existingStation(store, id)).name);
      // Everyone with the link has the same token, so the address of the client distinguishes them.
      client = { owner: `link ${id} ${c.env.incoming.socket.remoteAddress ?? ''}`, keyId };
    }
    await boards.update(station);
    return serveEvents(c, {
      streams,
      client,
      isAllowed: allowed,
      takeEvents: stateEventsOf(station, slots === 'all'),
      opened: (listener) => station.watch(listener),
      closed: (listener) => station.unwatch(listener),
    });
  });

  app.get(routeOf(operator.waiting), async (c) => {
    const { keyId } = await receive({ pushes, audit }, operator.waiting, c);
    let sent: unknown;
    return serveEvents(c, {
      streams,
      client: { owner: keyId, keyId },
      isAllowed: () => isKey(store, keyId),
      takeEvents: () => {
        if (sent === hub.openPrompts) return [];
        sent = hub.openPrompts;
        return [{ event: 'waiting', data: hub.openPrompts }];
      },
      opened: (listener) => hub.watchPrompts(listener),
      closed: (listener) => hub.unwatchPrompts(listener),
    });
  });

  app.get(routeOf(operator.requests), async (c) => {
    const call = await receive({ pushes, audit }, operator.requests, c);
    const station = await stationOf(call);
    const { slot } = call.query;
    const window = hub.window(station, slot, call.params.window_id);
    const hello: WindowRequest[] = [{ event: 'hello', data: {} }];
    return serveEvents(c, {
      streams,
      client: { owner: call.keyId, keyId: call.keyId },
      isAllowed: () => isKey(store, call.keyId),
      takeEvents: () => [...hello.splice(0), ...window.takeRequests()],
      opened: (listener) => {
        window.attach(listener);
        station.update(window, slot);
      },
      closed: (listener) => {
        if (window.detach(listener)) station.update(window, slot);
      },
    });
  });
}

function stateEventsOf(station: LiveStation, hasAllSlots: boolean): () => StateEvent[] {
  const sent = new Map<number, LiveState>();
  return () => {
    const events: StateEvent[] = [];
    for (const [slot, { state }] of [...station.slots].sort(([a], [b]) => a - b)) {
      if (slot !== 1 && !hasAllSlots) continue;
      const before = sent.get(slot);
      const patch = before === undefined ? 'all' : statePatchOf(before, state);
      sent.set(slot, state);
      const sent_at = Date.now();
      if (patch === 'all') events.push({ event: 'state', data: { slot, sent_at, state } });
      else if (patch !== null) events.push({ event: 'patch', data: { slot, sent_at, patch } });
    }
    return events;
  };
}
