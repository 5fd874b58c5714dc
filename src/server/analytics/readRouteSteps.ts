import type { PartStep } from '../../shared/analytics/routes.ts';
import type { ProcedureSummary } from '../../shared/analytics/summarizeDay.ts';
import type { Store } from '../store/tables.ts';
import type { DaySummaries, TimeRange } from './daySummaries.ts';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Returns what the units of each part that was tested with a procedure came to, with it and with other procedures. */
export async function readRouteSteps(
  store: Store,
  summaries: DaySummaries,
  procedure: Named,
  range: TimeRange,
): Promise<PartStep[]> {
  const groupsOf = async (id: string): Promise<ProcedureSummary[]> =>
    (await summaries.procedureDays(id, range)).flatMap(({ groups }) => groups.filter((group) => !group.is_reference));
  const own = await groupsOf(procedure.id);
  const parts = await partsByRevision(store, revisionsOf(own));
  if (parts.size === 0) return [];
  const steps = stepsOf(procedure, own, parts);
  for (const other of await namedProcedures(store, await summaries.proceduresIn(range))) {
    if (other.id !== procedure.id) steps.push(...stepsOf(other, await groupsOf(other.id), parts));
  }
  return steps;
}

const revisionsOf = (groups: readonly ProcedureSummary[]): string[] => [
  ...new Set(groups.flatMap(({ revision_id }) => revision_id ?? [])),
];

async function partsByRevision(store: Store, revisions: readonly string[]): Promise<Map<string, PartStep['part']>> {
  if (revisions.length === 0) return new Map();
  const rows = await store
    .selectFrom('revisions as r')
    .innerJoin('parts as p', 'p.id', 'r.part_id')
    .select(['r.id as revision', 'p.id', 'p.number'])
    .where('p.id', 'in', store.selectFrom('revisions').select('part_id').where('id', 'in', revisions))
    .execute();
  return new Map(rows.map(({ revision, id, number }) => [revision, { id, number }]));
}

async function namedProcedures(store: Store, ids: readonly string[]): Promise<Named[]> {
  return ids.length === 0 ? [] : store.selectFrom('procedures').select(['id', 'name']).where('id', 'in', ids).execute();
}

function stepsOf(
  { id, name }: Named,
  groups: readonly ProcedureSummary[],
  parts: ReadonlyMap<string, PartStep['part']>,
): PartStep[] {
  const byPart = Map.groupBy(groups, ({ revision_id }) => parts.get(revision_id ?? '')?.id);
  return [...byPart.values()].flatMap((ofPart) => {
    const part = parts.get(ofPart[0]?.revision_id ?? '');
    if (part === undefined) return [];
    const sum = (figure: (group: ProcedureSummary) => number): number =>
      ofPart.reduce((total, group) => total + figure(group), 0);
    return {
      part,
      step: {
        procedure: { id, name },
        runs: sum(({ runs }) => runs),
        units: sum(({ passed_at }) => passed_at.reduce((total, units) => total + units, 0)),
        passed_first: sum(({ passed_at }) => passed_at[0] ?? 0),
      },
    };
  });
}
