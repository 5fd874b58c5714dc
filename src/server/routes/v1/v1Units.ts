import { v1 } from '../../../shared/contract/v1.ts';
import { unprocessable } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { adopt, deleteUnit, isWithin } from '../../store/units.ts';
import { uploadsWithUnit } from '../../store/uploads.ts';
import { existingUnit } from '../existing.ts';
import { changeableUnit } from '../v2/unitRules.ts';

/** The operations of the 1.x clients on units. */
export function v1UnitRoutes({ mount, writer, files }: Pick<RouteServices, 'mount' | 'writer' | 'files'>): void {
  mount(v1.updateUnit, ({ params, body, caller }) =>
    writer.write(async (change) => {
      const unit = await changeableUnit(change, params.serial_number, caller);
      for (const { serial_number } of body.sub_units) {
        const child = await existingUnit(change, serial_number);
        if (await isWithin(change, unit.id, child.id)) {
          throw unprocessable(`Unit "${serial_number}" cannot be a sub-unit of "${unit.serial_number}".`);
        }
        await adopt(change, unit.id, [child.id]);
      }
      return { id: unit.id, message: `Unit ${unit.serial_number} updated.` };
    }),
  );

  mount(v1.deleteUnit, async ({ params }) => {
    const { unit, uploads } = await writer.write(async (change) => {
      const existing = await existingUnit(change, params.serial_number);
      const attached = await uploadsWithUnit(change, existing.id);
      await deleteUnit(change, existing.id);
      return { unit: existing, uploads: attached };
    });
    await files.remove(uploads);
    return { id: unit.id, message: `Unit ${unit.serial_number} deleted.` };
  });
}
