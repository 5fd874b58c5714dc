import { shifts } from '../../../shared/contract/shifts.ts';
import { overlapOf } from '../../../shared/shifts/shifts.ts';
import { badRequest } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { findCalendar, setCalendar } from '../../store/calendars.ts';
import { existingStation, requireOwnStation } from '../existing.ts';

export function shiftRoutes({ mount, mountChange, store }: RouteServices): void {
  mount(shifts.getCalendar, async ({ params, caller }) => {
    requireOwnStation(caller, params.id, 'read the calendar of');
    const { id } = await existingStation(store, params.id);
    return { calendar: await findCalendar(store, id) };
  });

  mountChange(shifts.setCalendar, async (change, { params, body: { calendar } }) => {
    const { id } = await existingStation(change, params.id);
    const overlap = calendar && overlapOf(calendar);
    if (overlap) {
      throw badRequest(
        `The shifts "${overlap[0]}" and "${overlap[1]}" are at the same time. Change the days or the times of one of them.`,
      );
    }
    await setCalendar(change, id, calendar);
    return { id };
  });
}
