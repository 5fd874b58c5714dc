import { shifts } from '../../../shared/contract/shifts.ts';
import { overlapOf } from '../../../shared/shifts/shifts.ts';
import { badRequest, forbidden } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { findCalendar, setCalendar } from '../../store/calendars.ts';
import { existingStation } from '../existing.ts';

export function shiftRoutes({ mount, store, writer }: Pick<RouteServices, 'mount' | 'store' | 'writer'>): void {
  mount(shifts.getCalendar, async ({ params, caller }) => {
    if (caller.kind === 'station' && caller.id !== params.id) {
      throw forbidden(`This is the key of station "${caller.name}": it cannot read the calendar of another station.`);
    }
    const { id } = await existingStation(store, params.id);
    return { calendar: await findCalendar(store, id) };
  });

  mount(shifts.setCalendar, ({ params, body: { calendar } }) =>
    writer.write(async (change) => {
      const { id } = await existingStation(change, params.id);
      const overlap = calendar && overlapOf(calendar);
      if (overlap) {
        throw badRequest(
          `The shifts "${overlap[0]}" and "${overlap[1]}" are at the same time. Change the days or the times of one of them.`,
        );
      }
      await setCalendar(change, id, calendar);
      return { id };
    }),
  );
}
