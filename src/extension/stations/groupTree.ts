import { groupLevels, groupSeparator } from '../../shared/contract/stationGroups.ts';
import type { StationItem } from '../connection/stationSource.ts';

const order = new Intl.Collator(undefined, { numeric: true });

export const isInGroup = (group: string | null, outer: string): boolean =>
  group !== null && (group === outer || group.startsWith(outer + groupSeparator));

export function groupsAround(group: string | null): string[] {
  const levels = group === null ? [] : groupLevels(group);
  return levels.map((_level, index) => levels.slice(0, index + 1).join(groupSeparator));
}

export const outerGroup = (group: string): string | null => groupsAround(group).at(-2) ?? null;

export const innermostLevel = (group: string): string => groupLevels(group).at(-1) ?? group;

export const groupsOf = (stations: readonly Pick<StationItem, 'group'>[]): string[] =>
  [...new Set(stations.flatMap(({ group }) => groupsAround(group)))].sort(byLevels);

/** A group comes directly before those in it, whatever characters their names begin with. */
function byLevels(a: string, b: string): number {
  const [first, second] = [groupLevels(a), groupLevels(b)];
  for (const [index, level] of first.entries()) {
    const other = second[index];
    if (other === undefined) return 1;
    const compared = order.compare(level, other) || Number(level > other) - Number(level < other);
    if (compared !== 0) return compared;
  }
  return first.length - second.length;
}

/** Returns the group in the spelling that is in use, so that "plant 2" does not become another folder beside "Plant 2". */
export function inUsedSpelling(group: string, used: readonly string[]): string {
  for (const around of groupsAround(group).reverse()) {
    const known = used.find((each) => each.toLowerCase() === around.toLowerCase());
    if (known !== undefined) return known + group.slice(around.length);
  }
  return group;
}
