import { type RawBuilder, sql } from 'kysely';
import { type Condition, runConditions, type RunFilter } from './runFilter.ts';
import { type RunRow, selectRuns } from './runs.ts';
import type { Store } from './tables.ts';
import { isNumberIn, plannedOnce, thenJoin, word } from './words.ts';

type RunSort =
  | 'started_at'
  | 'created_at'
  | 'duration'
  | 'outcome'
  | 'serial_number'
  | 'part_number'
  | 'revision_number';

interface RunPage {
  sortBy: RunSort;
  sortOrder: 'asc' | 'desc';
  limit: number;
  cursor: number;
}

/** Up to this number, runs are found by the index of a condition and then sorted; above it, the sorted index is walked. */
const few = 2000;

/** Reads runs from a short list of keys. SQLite would otherwise use an index such as the procedure's, and read all of its runs. */
export const fewRuns = sql`runs as r ${word('notIndexed')}`;

/** Selects a run's own columns in the order of one index, even if SQLite would choose another one. */
const inOrderOf = (index: string, ...by: string[]) => ({
  from: sql`runs as r ${word('indexedBy', sql.ref(index))}`,
  few: fewRuns,
  by,
});

const joined = sql`${fewRuns} join units as u on u.id = r.unit_id join revisions as rev on rev.id = u.revision_id
  join parts as part on part.id = rev.part_id`;

interface Order {
  from: RawBuilder<unknown>;
  /** Continues `from` with the units and runs of the revision `rev`, up to the end of the page. */
  ofRevision?: true;
  few: RawBuilder<unknown>;
  by: readonly string[];
}

/** How each order is read: `from` is sorted already, and `by` names its columns. */
const orders: Record<RunSort, Order> = {
  // Most filters have an index by start.
  started_at: { from: sql`runs as r`, few: fewRuns, by: ['r.started_at', 'r.key'] },
  created_at: inOrderOf('runs_by_creation', 'r.created_at', 'r.key'),
  duration: inOrderOf('runs_by_duration', 'r.duration', 'r.started_at', 'r.key'),
  outcome: inOrderOf('runs_by_outcome', 'r.outcome', 'r.started_at', 'r.key'),
  serial_number: {
    from: sql`units as u ${thenJoin} runs as r on r.unit_id = u.id`,
    few: joined,
    by: ['u.serial_key', 'r.started_at', 'r.key'],
  },
  part_number: {
    from: sql`parts as part ${thenJoin} revisions as rev on rev.part_id = part.id`,
    ofRevision: true,
    few: joined,
    by: ['part.number_key', 'rev.number_key', 'u.serial_key', 'r.started_at', 'r.key'],
  },
  revision_number: {
    from: sql`revisions as rev`,
    ofRevision: true,
    few: joined,
    by: ['rev.number_key', 'rev.part_id', 'u.serial_key', 'r.started_at', 'r.key'],
  },
};

export async function listRuns(store: Store, filter: RunFilter, page: RunPage): Promise<RunRow[]> {
  const keys = await runKeys(store, filter, page);
  if (keys.length === 0) return [];
  const rows = await selectRuns(store).where(isNumberIn('r.key', keys)).modifyEnd(plannedOnce).execute();
  const byKey = new Map(rows.map((row) => [row.key, row]));
  return keys.flatMap((key) => byKey.get(key) ?? []);
}

function orderOfFailures(
  { failedMeasurements: names = [], started = {} }: RunFilter,
  { sortBy }: RunPage,
): Order | undefined {
  if (names.length !== 1 || sortBy !== 'started_at') return undefined;
  const { from: first = Number.MIN_SAFE_INTEGER, to: last = Number.MAX_SAFE_INTEGER } = started;
  const failures = sql`select run_key, started_at from failed_measurements
    where name = ${names[0]} and started_at between ${first} and ${last}`;
  const from = sql`(${failures}) as f ${thenJoin} runs as r on r.key = f.run_key`;
  return { from, few: orders.started_at.few, by: ['f.started_at', 'f.run_key'] };
}

async function runKeys(store: Store, filter: RunFilter, page: RunPage): Promise<number[]> {
  const narrowed = await narrow(store, await runConditions(store, filter));
  if (narrowed === null) return [];
  const order = orders[page.sortBy];
  const { from, few: fromFew, by, ofRevision } = narrowed.few ? order : (orderOfFailures(filter, page) ?? order);
  const direction = sql.raw(page.sortOrder);
  const inOrder = sql.join(by.map((column) => sql`${sql.ref(column)} ${direction}`));
  const tests = narrowed.tests.length === 0 ? sql`true` : sql.join(narrowed.tests, sql` and `);
  const all = ofRevision ? sql`${from} ${word('unitsAndRuns', tests, direction, page.cursor + page.limit + 1)}` : from;
  const found = await sql<{ key: number }>`
    select r.key from ${narrowed.few ? fromFew : all} where ${tests}
    order by ${inOrder} limit ${page.limit + 1} offset ${page.cursor}
  `.execute(store);
  return found.rows.map(({ key }) => key);
}

/** @param few whether the runs come from a short list of keys @returns null if no run fulfills all conditions */
export async function narrow(
  store: Store,
  conditions: readonly Condition[],
): Promise<{ tests: RawBuilder<boolean>[]; few: boolean } | null> {
  const selective = await mostSelective(store, conditions);
  if (selective === null) return { tests: conditions.map(({ test }) => test), few: false };
  if (selective.keys.length === 0) return null;
  const rest = conditions.filter((condition) => condition !== selective.condition).map(({ test }) => test);
  return { tests: [isNumberIn('r.key', selective.keys), ...rest], few: true };
}

interface Selection {
  condition: Condition;
  keys: number[];
}

async function mostSelective(store: Store, conditions: readonly Condition[]): Promise<Selection | null> {
  let best: Selection | null = null;
  let limit = few + 1;
  for (const condition of conditions) {
    if (condition.find === null) continue;
    const keys = await firstKeys(store, condition.find, limit);
    if (keys.length >= limit) continue;
    best = { condition, keys };
    limit = keys.length;
    if (limit === 0) break;
  }
  return best;
}

async function firstKeys(store: Store, find: RawBuilder<unknown>, limit: number): Promise<number[]> {
  const query = sql<{ key: number }>`${find} limit ${limit}`;
  return (await query.execute(store)).rows.map(({ key }) => key);
}
