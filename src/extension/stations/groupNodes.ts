import { isDeepStrictEqual } from 'node:util';
import type { StationItem } from '../connection/stationSource.ts';
import type { GroupCounts } from './groupItem.ts';
import { groupsAround, groupsOf, outerGroup } from './groupTree.ts';
import type { GroupNode } from './nodes.ts';

interface StationInGroup {
  readonly isInUse: boolean;
  readonly isDisconnected: boolean;
  readonly isWaiting: boolean;
}

const none: GroupCounts = { stations: 0, inUse: 0, disconnected: 0, waiting: 0 };

export class GroupNodes {
  #nodes = new Map<string, GroupNode>();
  #counts = new Map<string, GroupCounts>();

  /** @returns the nodes whose counts have changed */
  update(
    stations: readonly StationItem[],
    isFiltered: boolean,
    stateOf: (station: StationItem) => StationInGroup,
  ): GroupNode[] {
    const before = this.#counts;
    this.#nodes = new Map(
      groupsOf(stations).map((group): [string, GroupNode] => {
        const known = this.#nodes.get(group);
        return [group, known?.isFiltered === isFiltered ? known : { kind: 'group', group, isFiltered }];
      }),
    );
    this.#counts = new Map();
    for (const station of stations) {
      const { isInUse, isDisconnected, isWaiting } = stateOf(station);
      for (const group of groupsAround(station.group)) {
        const counts = this.counts(group);
        this.#counts.set(group, {
          stations: counts.stations + 1,
          inUse: counts.inUse + Number(isInUse),
          disconnected: counts.disconnected + Number(isDisconnected),
          waiting: counts.waiting + Number(isWaiting),
        });
      }
    }
    return [...this.#nodes.values()].filter(
      ({ group }) => !isDeepStrictEqual(before.get(group), this.#counts.get(group)),
    );
  }

  get(group: string | null): GroupNode | undefined {
    return group === null ? undefined : this.#nodes.get(group);
  }

  /** Returns the groups directly in a group; with null the outermost ones. */
  inside(outer: string | null): GroupNode[] {
    return [...this.#nodes.values()].filter(({ group }) => outerGroup(group) === outer);
  }

  counts(group: string): GroupCounts {
    return this.#counts.get(group) ?? none;
  }

  /** Changes when other groups are shown. */
  get structure(): string {
    return [...this.#nodes.values()].map(({ group, isFiltered }) => `${group}${isFiltered ? '?' : ''}`).join('\n');
  }
}
