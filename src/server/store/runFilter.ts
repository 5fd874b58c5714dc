import { type RawBuilder, sql } from 'kysely';
import type { Outcome } from '../../shared/contract/common.ts';
import type { MetadataFilter } from '../../shared/contract/metadata.ts';
import type { Sample } from '../../shared/contract/units.ts';
import { containing, fold } from './fold.ts';
import { anyOf, comparison, type MetadataOperand } from './metadata.ts';
import { isReadableRun, readableRunKeys, type Reader } from './readers.ts';
import type { Store, Tables } from './tables.ts';
import { unitsContaining } from './unitList.ts';
import { thenJoin, unindexed, word } from './words.ts';

/** A filter of runs. Undefined fields and empty lists do not filter. Times are milliseconds since 1970. */
export interface RunFilter {
  reader?: Reader | undefined;
  search?: string | undefined;
  ids?: readonly string[] | undefined;
  outcomes?: readonly Outcome[] | undefined;
  procedureIds?: readonly string[] | undefined;
  versions?: readonly string[] | undefined;
  serialNumbers?: readonly string[] | undefined;
  partNumbers?: readonly string[] | undefined;
  revisionNumbers?: readonly string[] | undefined;
  batchNumbers?: readonly string[] | undefined;
  samples?: readonly (Sample | 'production')[] | undefined;
  userIds?: readonly string[] | undefined;
  stationIds?: readonly string[] | undefined;
  operatorIds?: readonly string[] | undefined;
  operatorNames?: readonly string[] | undefined;
  executionIds?: readonly string[] | undefined;
  slotKeys?: readonly string[] | undefined;
  slotNames?: readonly string[] | undefined;
  /** There are no deployments here: no run has one, nor an environment. */
  deploymentIds?: readonly string[] | undefined;
  environments?: readonly string[] | undefined;
  started?: Range | undefined;
  ended?: Range | undefined;
  created?: Range | undefined;
  duration?: Range | undefined;
  metadata?: MetadataFilter | undefined;
  failedMeasurements?: readonly string[] | undefined;
  /** True: only runs with a phase that did not pass. */
  troubled?: boolean | undefined;
}

/** A range that includes both ends. */
export interface Range {
  from?: number | undefined;
  to?: number | undefined;
}

export interface Condition {
  test: RawBuilder<boolean>;
  /** Selects the keys of the runs that fulfill the condition, by one index after the other; null if there is no index. */
  find: RawBuilder<unknown> | null;
}

const indexed = (test: RawBuilder<boolean>): Condition => ({
  test,
  find: sql`select r.key from runs as r where ${test}`,
});

type Column = keyof Tables['runs'];

const inList = (column: Column, values: readonly string[]): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(`r.${column}`)} in (${sql.join(values)})`;

const folded = (values: readonly string[]) => sql.join(values.map(fold));

/** The ids of what runs are filtered by. Undefined fields do not filter; no run fulfills an empty list. */
interface ReferencedIds {
  readonly units?: readonly string[] | undefined;
  readonly versions?: readonly string[] | undefined;
  readonly revisionsOfParts?: readonly string[] | undefined;
  readonly revisions?: readonly string[] | undefined;
  readonly batches?: readonly string[] | undefined;
}

/**
 * Finds the ids before the runs. With a subquery in their place, PostgreSQL would know neither that a batch has few runs nor that
 * an index has the runs of one part in their order.
 */
async function findReferences(store: Store, filter: RunFilter): Promise<ReferencedIds> {
  const ids = async (
    names: readonly string[] | undefined,
    query: (names: RawBuilder<unknown>) => RawBuilder<unknown>,
  ): Promise<string[] | undefined> => {
    if (!names || names.length === 0) return undefined;
    const found = await sql<{ id: string }>`${query(folded(names))}`.execute(store);
    return found.rows.map(({ id }) => id);
  };
  return {
    units: await ids(filter.serialNumbers, (names) => sql`select id from units where serial_key in (${names})`),
    versions: await ids(filter.versions, (names) => sql`select id from procedure_versions where tag_key in (${names})`),
    revisionsOfParts: await ids(
      filter.partNumbers,
      (names) =>
        sql`select rev.id from parts as p join revisions as rev on rev.part_id = p.id where p.number_key in (${names})`,
    ),
    revisions: await ids(
      filter.revisionNumbers,
      (names) => sql`select id from revisions where number_key in (${names})`,
    ),
    batches: await ids(filter.batchNumbers, (names) => sql`select id from batches where number_key in (${names})`),
  };
}

const isOneOf = (column: Column, ids: readonly string[] | undefined): Condition[] =>
  ids === undefined ? [] : [indexed(ids.length === 0 ? sql<boolean>`false` : inList(column, ids))];

function within(column: Column, range: Range | undefined): Condition[] {
  const { from, to } = range ?? {};
  const at = sql.ref(`r.${column}`);
  const ends = [
    ...(from === undefined ? [] : [sql`${at} >= ${from}`]),
    ...(to === undefined ? [] : [sql`${at} <= ${to}`]),
  ];
  return ends.length === 0 ? [] : [indexed(sql<boolean>`(${sql.join(ends, sql` and `)})`)];
}

function matches(search: string): Condition {
  const part = fold(search);
  const serial = sql<boolean>`(select serial_key from units where id = r.unit_id) like ${containing(part)} escape '\\'`;
  const found = sql`select r.key from (${unitsContaining(part)}) as u ${thenJoin} runs as r on r.unit_id = u.id`;
  if (!/^[0-9a-f-]{8,36}$/.test(part)) return { test: serial, find: found };
  const id = sql<boolean>`(r.id >= ${part} and r.id < ${`${part}g`})`;
  return {
    test: sql<boolean>`(${serial} or ${id})`,
    find: sql`select r.key from runs as r where ${id} union ${found}`,
  };
}

function metadataConditions(filter: MetadataFilter): Condition[] {
  return Object.entries<Readonly<Record<string, MetadataOperand>>>(filter).flatMap(([name, tests]) =>
    Object.entries(tests).map(([operator, operand]): Condition => {
      const value = metadataTest(operator, operand);
      return {
        test: sql<boolean>`exists (select 1 from run_metadata where run_key = r.key and name = ${name} and ${value})`,
        find: sql`select run_key as key from run_metadata where name = ${name} and ${value}`,
      };
    }),
  );
}

function metadataTest(operator: string, operand: MetadataOperand) {
  const value = sql.ref('value');
  if (typeof operand === 'boolean') return sql`is_boolean = 1 and value = ${anyOf(Number(operand))}`;
  if (typeof operand === 'string') {
    return sql`${word('isText', value)} and fold(${word('textOfAny', value)}) like ${containing(operand)} escape '\\'`;
  }
  if (typeof operand === 'number') {
    return sql`is_boolean = 0 and not ${word('isText', value)} and value ${comparison(operator)} ${anyOf(operand)}`;
  }
  return operand === undefined || operand.length === 0 ? sql`false` : sql`value in (${sql.join(operand.map(anyOf))})`;
}

const ofFailedMeasurement = (names: readonly string[]): Condition => {
  const isNamed = sql`name in (${sql.join(names)})`;
  return {
    test: sql<boolean>`exists (select 1 from failed_measurements where run_key = r.key and ${isNamed})`,
    find: sql`select distinct run_key as key from failed_measurements where ${isNamed}`,
  };
};

export async function runConditions(store: Store, filter: RunFilter): Promise<Condition[]> {
  const references = await findReferences(store, filter);
  const conditions = conditionsOf(filter, references);
  const ofBatch = isOneOf('batch_id', references.batches);
  return [...ofBatch, ...(ofBatch.length === 0 ? conditions : conditions.map(withoutIndex))];
}

/** A batch has the fewest runs of all conditions. Its index is the one to walk, so no other index is offered. */
const withoutIndex = ({ test, find }: Condition): Condition => ({ test: unindexed(test), find });

function conditionsOf(filter: RunFilter, references: ReferencedIds): Condition[] {
  const conditions: Condition[] = [];
  const when = (
    values: readonly string[] | undefined,
    make: (values: readonly string[]) => RawBuilder<boolean>,
    hasIndex = true,
  ) => {
    if (!values || values.length === 0) return;
    conditions.push(hasIndex ? indexed(make(values)) : { test: make(values), find: null });
  };
  when(filter.ids, (ids) => inList('id', ids.map(fold)));
  conditions.push(...isOneOf('unit_id', references.units));
  if (filter.outcomes && filter.outcomes.length > 0) {
    const condition = indexed(inList('outcome', filter.outcomes));
    // The indexes by procedure and by station contain the outcome. SQLite would look up each run of the index by outcome.
    const isOfOne = filter.procedureIds?.length === 1 || filter.stationIds?.length === 1;
    conditions.push(isOfOne ? { ...condition, test: unindexed(condition.test) } : condition);
  }
  when(filter.procedureIds, (ids) => inList('procedure_id', ids.map(fold)));
  conditions.push(
    ...isOneOf('version_id', references.versions),
    ...isOneOf('revision_id', references.revisionsOfParts),
    ...isOneOf('revision_id', references.revisions),
  );
  if (filter.samples && filter.samples.length > 0) {
    const { samples } = filter;
    const test = sql<boolean>`(select coalesce(sample, 'production') from units where id = r.unit_id) in (${sql.join(samples)})`;
    // Reference units are few.
    const find = sql`select r.key from units as u ${thenJoin} runs as r on r.unit_id = u.id where u.sample in (${sql.join(samples)})`;
    conditions.push({ test, find: samples.includes('production') ? null : find });
  }
  when(filter.userIds, (ids) => inList('created_by_user_id', ids.map(fold)));
  when(filter.stationIds, (ids) => inList('created_by_station_id', ids.map(fold)));
  when(
    filter.operatorIds,
    (ids) =>
      sql<boolean>`r.operated_by in (select email from users where id in (${folded(ids)}) union values ${sql.join(ids.map((id) => sql`(${fold(id)})`))})`,
  );
  when(
    filter.operatorNames,
    (names) =>
      sql<boolean>`r.operated_by in (select email from users where fold(name) in (${folded(names)}) union values ${sql.join(names.map((name) => sql`(${fold(name)})`))})`,
  );
  when(filter.executionIds, (ids) => inList('execution_id', ids));
  when(filter.slotKeys, (keys) => inList('slot_key', keys), false);
  when(filter.slotNames, (names) => inList('slot_name', names), false);
  when(filter.deploymentIds, () => sql<boolean>`false`);
  when(filter.environments, () => sql<boolean>`false`);
  conditions.push(
    ...within('started_at', filter.started),
    ...within('ended_at', filter.ended),
    // No run ends before it starts, so the walk by start can begin at the same time.
    ...within('started_at', { to: filter.ended?.to }),
    ...within('created_at', filter.created),
    ...within('duration', filter.duration),
    ...metadataConditions(filter.metadata ?? {}),
  );
  const { reader = null, failedMeasurements = [] } = filter;
  if (failedMeasurements.length > 0) conditions.push(ofFailedMeasurement(failedMeasurements));
  if (reader !== null) conditions.push({ test: isReadableRun(reader), find: readableRunKeys(reader) });
  if (filter.troubled) conditions.push(indexed(sql<boolean>`r.troubled = 1`));
  if (filter.search) conditions.push(matches(filter.search));
  return conditions;
}
