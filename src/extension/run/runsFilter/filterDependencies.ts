import type { RunsFilter } from '../../../shared/run/runsFilter.ts';
import type { Connection } from '../../connection/connection.ts';
import type { StationStore } from '../../connection/stationStore.ts';
import type { RunViews } from './runViews.ts';

/** The Runs view, as far as filters concern it. */
interface FilteredView {
  readonly filter: RunsFilter;
  setFilter: (filter: RunsFilter) => void;
}

export interface FilterDependencies {
  readonly connection: Connection;
  readonly store: StationStore;
  readonly views: RunViews;
  readonly shown: FilteredView;
}
