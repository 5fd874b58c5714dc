import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';

/** One durable transaction for each row. @returns rows a second */
export function rawLimit(path: string, bytes: number, rows: number): number {
  const database = new DatabaseSync(path);
  database.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table t (id text primary key, body text)',
  );
  const insert = database.prepare('insert into t values (?, ?)');
  const body = 'x'.repeat(bytes);
  const start = performance.now();
  for (let n = 0; n < rows; n += 1) {
    database.exec('begin immediate');
    insert.run(randomUUID(), body);
    database.exec('commit');
  }
  const seconds = (performance.now() - start) / 1000;
  database.close();
  return rows / seconds;
}
