import { runFilterValues } from '../../../shared/contract/runFilterValues.ts';
import type { RouteServices } from '../../routeServices.ts';
import { failedMeasurementsSince, operatorsOfRuns } from '../../store/runFilterValues.ts';

const recentMs = 30 * 86_400_000;

export function runFilterValuesRoute({ mount, store }: RouteServices): void {
  mount(runFilterValues.list, async () => ({
    operators: await operatorsOfRuns(store),
    failed_measurements: await failedMeasurementsSince(store, Date.now() - recentMs),
  }));
}
