import { createHash } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import * as z from 'zod';
import { inBatches } from '../inBatches.ts';
import { withoutNul } from '../store/postgres/withoutNul.ts';
import type { DatabaseFile } from '../store/sqlite/databaseFile.ts';
import type { StoreTransaction } from '../store/tables.ts';

/** A row whose bytes are written as PostgreSQL writes them in texts, such as `\x0aff`. */
export type MovedRow = Readonly<Record<string, string | number | null>>;

export interface MovedTable {
  readonly name: string;
  /** Without generated ones. */
  readonly columns: readonly { readonly name: string; readonly isBytes: boolean }[];
  readonly references: readonly { readonly table: string; readonly column: string; readonly isNullable: boolean }[];
}

const rowsPerBatch = 500;
/** Here, PostgreSQL derives it from the phases with a trigger. */
const derivedInPostgres = ['measurement_rows', 'schema_version'];

const text = z.object({ name: z.string() });

export function sqliteTables(database: DatabaseFile): MovedTable[] {
  const named = database
    .prepare(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' and name not like 'unit\\_serials%' escape '\\'",
    )
    .all();
  return named.map((row): MovedTable => {
    const { name } = text.parse(row);
    const columns = database
      .prepare('select name, type, "notnull" as required, hidden from pragma_table_xinfo(?)')
      .all(name)
      .map((column) => columnRow.parse(column))
      .filter(({ hidden }) => hidden === 0);
    const required = new Set(columns.filter((each) => each.required === 1).map((each) => each.name));
    const references = database
      .prepare('select "table", "from" as "column" from pragma_foreign_key_list(?)')
      .all(name)
      .map((each) => referenceRow.parse(each));
    return {
      name,
      columns: columns.map((each) => ({ name: each.name, isBytes: each.type.toLowerCase() === 'blob' })),
      references: references.map((each) => ({ ...each, isNullable: !required.has(each.column) })),
    };
  });
}

const columnRow = z.object({ name: z.string(), type: z.string(), required: z.number(), hidden: z.number() });
const referenceRow = z.object({ table: z.string(), column: z.string() });

export interface OrderedTable extends MovedTable {
  /** References to tables that come later, and to the table itself: they are set when all rows are there. */
  readonly later: readonly string[];
}

/** Sorts tables so that each comes after those that its rows refer to. Only references that may be null can come later. */
export function inOrder(tables: readonly MovedTable[]): OrderedTable[] {
  const sorted: OrderedTable[] = [];
  const left = new Set(tables);
  const isDone = (table: string): boolean => sorted.some(({ name }) => name === table);
  for (let isStrict = true; left.size > 0;) {
    const ready = [...left].filter(({ name, references }) =>
      references.every((each) => isDone(each.table) || (each.isNullable && (each.table === name || !isStrict))),
    );
    const next: MovedTable[] = isStrict ? ready : ready.slice(0, 1);
    if (next.length === 0 && !isStrict) throw new Error('The tables refer to each other in a circle.');
    for (const table of next) {
      const later = table.references.filter((each) => !isDone(each.table)).map(({ column }) => column);
      sorted.push({ ...table, later: [...new Set(later)] });
      left.delete(table);
    }
    isStrict = next.length > 0;
  }
  return sorted;
}

/** Sums up rows in any order, so that the rows of two databases can be compared. */
export class RowSum {
  #sum = 0n;
  count = 0;

  add(row: MovedRow): void {
    const sorted = Object.keys(row).sort();
    const hash = createHash('sha256').update(JSON.stringify(sorted.map((key) => [key, row[key]])));
    this.#sum = BigInt.asUintN(128, this.#sum + BigInt(`0x${hash.digest('hex').slice(0, 32)}`));
    this.count += 1;
  }

  toString(): string {
    return `${this.count} rows, ${this.#sum.toString(16)}`;
  }
}

const value = z.union([z.string(), z.number(), z.null(), z.instanceof(Uint8Array)]);

const rowOf = (table: MovedTable, row: Record<string, unknown>, hasNul: boolean): MovedRow =>
  Object.fromEntries(
    table.columns.map(({ name }) => {
      const stored = value.parse(row[name] ?? null);
      if (stored instanceof Uint8Array) return [name, `\\x${Buffer.from(stored).toString('hex')}`];
      return [name, typeof stored === 'string' && !hasNul ? withoutNul(stored) : stored];
    }),
  );

const quoted = (name: string): string => `"${name}"`;
const columnsOf = (table: MovedTable): string => table.columns.map(({ name }) => quoted(name)).join(', ');

/** @param hasNul whether NUL stays in texts */
export function* sqliteRows(database: DatabaseFile, table: MovedTable, hasNul: boolean): Generator<MovedRow> {
  const isWithoutRowid = /without\s+rowid/i.test(
    text.parse(database.prepare('select sql as name from sqlite_schema where name = ?').get(table.name)).name,
  );
  const order = isWithoutRowid ? '' : ' order by rowid';
  const rows = database.prepare(`select ${columnsOf(table)} from ${quoted(table.name)}${order}`).iterate();
  for (const row of rows) yield rowOf(table, row, hasNul);
}

const raw = async (change: StoreTransaction, sql: string, parameters: unknown[] = []) =>
  (await change.executeQuery<Record<string, unknown>>(CompiledQuery.raw(sql, parameters))).rows;

/** Throws if the tables of the two engines are not the same: then one of them is not completely moved. */
export async function requireSameTables(change: StoreTransaction, tables: readonly MovedTable[]): Promise<void> {
  const rows = await raw(
    change,
    `select c.table_name as "table", c.column_name as "column" from information_schema.columns as c
     join information_schema.tables as t using (table_schema, table_name)
     where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER' and c.column_name <> 'rowid'`,
  );
  const found = rows
    .map((row) => referenceRow.parse(row))
    .filter(({ table }) => !derivedInPostgres.includes(table))
    .map(({ table, column }) => `${table}.${column}`);
  const expected = tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`));
  const different = [
    ...found.filter((each) => !expected.includes(each)),
    ...expected.filter((each) => !found.includes(each)),
  ].sort();
  if (different.length > 0) throw new Error(`The two schemas differ in ${different.join(', ')}.`);
}

export async function* postgresRows(change: StoreTransaction, table: MovedTable): AsyncGenerator<MovedRow> {
  const [ordered] = await raw(
    change,
    `select column_name as name from information_schema.columns
     where table_schema = current_schema() and table_name = $1 and column_name in ('rowid', 'key') limit 1`,
    [table.name],
  );
  const order = ordered === undefined ? '' : ` order by ${quoted(text.parse(ordered).name)}`;
  const select = `select ${columnsOf(table)} from ${quoted(table.name)}${order}`;
  await raw(change, `declare moved_rows no scroll cursor for ${select}`);
  for (;;) {
    const rows = await raw(change, `fetch ${rowsPerBatch} from moved_rows`);
    for (const row of rows) yield rowOf(table, row, true);
    if (rows.length < rowsPerBatch) break;
  }
  await raw(change, 'close moved_rows');
}

const setLater = (row: MovedRow, { later }: OrderedTable): MovedRow =>
  Object.fromEntries(Object.entries(row).map(([name, stored]) => [name, later.includes(name) ? null : stored]));

/** Inserts rows as they are: the triggers of the table are off, except the one that derives rows from them. */
export async function fillPostgres(
  change: StoreTransaction,
  tables: readonly OrderedTable[],
  rowsOf: (table: OrderedTable) => Iterable<MovedRow>,
  progress: (table: string, count: number) => void,
): Promise<Map<string, RowSum>> {
  const sums = new Map<string, RowSum>();
  for (const { name } of tables) await raw(change, `alter table ${quoted(name)} disable trigger user`);
  await raw(change, 'alter table phases enable trigger insert_measurements');
  for (const table of [...tables].reverse()) await raw(change, `delete from ${quoted(table.name)}`);
  for (const table of tables) {
    const sum = new RowSum();
    sums.set(table.name, sum);
    const insert = `insert into ${quoted(table.name)} (${columnsOf(table)}) overriding system value
      select ${columnsOf(table)} from json_populate_recordset(null::${quoted(table.name)}, $1::json)`;
    for await (const batch of inBatches(rowsOf(table), rowsPerBatch)) {
      for (const row of batch) sum.add(row);
      await raw(change, insert, [JSON.stringify(batch.map((row) => setLater(row, table)))]);
    }
    progress(table.name, sum.count);
  }
  for (const table of tables) {
    for (const column of table.later) {
      const update = `update ${quoted(table.name)} as t set ${quoted(column)} = d.value
        from json_to_recordset($1::json) as d (id text, value text) where t.id = d.id`;
      for await (const batch of inBatches(rowsOf(table), rowsPerBatch)) {
        const set = batch.filter((row) => row[column] !== null).map((row) => ({ id: row['id'], value: row[column] }));
        if (set.length > 0) await raw(change, update, [JSON.stringify(set)]);
      }
    }
  }
  const identities = await raw(
    change,
    `select table_name as "table", column_name as "column" from information_schema.columns
     where table_schema = current_schema() and is_identity = 'YES' and column_name <> 'rowid'`,
  );
  for (const each of identities) {
    const { table, column } = referenceRow.parse(each);
    await raw(
      change,
      `select setval(pg_get_serial_sequence($1, $2), coalesce(max(${quoted(column)}), 1), max(${quoted(column)}) is not null) from ${quoted(table)}`,
      [table, column],
    );
  }
  for (const { name } of tables) await raw(change, `alter table ${quoted(name)} enable trigger user`);
  await raw(change, 'alter table phases disable trigger insert_measurements');
  return sums;
}

/** Inserts rows as they are into a new SQLite file, in which nothing else is done meanwhile. */
export async function fillSqlite(
  database: DatabaseFile,
  tables: readonly OrderedTable[],
  rowsOf: (table: OrderedTable) => AsyncIterable<MovedRow>,
  progress: (table: string, count: number) => void,
): Promise<Map<string, RowSum>> {
  const sums = new Map<string, RowSum>();
  const triggers = database.prepare("select name, sql from sqlite_schema where type = 'trigger'").all();
  const trigger = z.object({ name: z.string(), sql: z.string() });
  database.exec('pragma foreign_keys = off; begin immediate');
  for (const each of triggers) database.exec(`drop trigger ${quoted(trigger.parse(each).name)}`);
  for (const table of tables) {
    const sum = new RowSum();
    sums.set(table.name, sum);
    database.exec(`delete from ${quoted(table.name)}`);
    const places = table.columns.map(() => '?').join(', ');
    const insert = database.prepare(`insert into ${quoted(table.name)} (${columnsOf(table)}) values (${places})`);
    for await (const row of rowsOf(table)) {
      sum.add(row);
      const stored = table.columns.map(({ name, isBytes }) => {
        const each = row[name] ?? null;
        return isBytes && typeof each === 'string' ? Buffer.from(each.slice(2), 'hex') : each;
      });
      insert.run(...stored);
    }
    progress(table.name, sum.count);
  }
  database.exec('insert into unit_serials (rowid, serial_key) select key, serial_key from units');
  for (const each of triggers) database.exec(trigger.parse(each).sql);
  const broken = database.prepare('pragma foreign_key_check').all();
  if (broken.length > 0) throw new Error(`${broken.length} rows refer to rows that do not exist.`);
  return sums;
}
