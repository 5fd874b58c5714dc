import type { RunsFilter } from '../../../shared/run/runsFilter.ts';
import type { Connection } from '../../connection/connection.ts';
import type { StationStore } from '../../connection/stationStore.ts';
import type { RunViews } from './runViews.ts';

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
