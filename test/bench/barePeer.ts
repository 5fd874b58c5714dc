/**
 * The least that a Node server must do to store a run durably: HTTP, JSON, one row, and one commit for all requests that arrive
 * together. It checks nothing and has no indexes.
 *
 *     node barePeer.ts FILE     prints its address
 */
import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(process.argv[2] ?? '');
database.exec('pragma journal_mode = wal; pragma synchronous = full; create table t (id text primary key, body text)');
const insert = database.prepare('insert into t values (?, ?)');
let waiting: { body: string; reply: ServerResponse }[] = [];

function commit(): void {
  const together = waiting;
  waiting = [];
  database.exec('begin immediate');
  const answers = together.map(({ body, reply }) => {
    const id = randomUUID();
    insert.run(id, body);
    return { id, reply };
  });
  database.exec('commit');
  for (const { id, reply } of answers) reply.setHeader('Content-Type', 'application/json').end(JSON.stringify({ id }));
}

const server = createServer((request, reply) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    JSON.parse(body);
    if (waiting.length === 0) setImmediate(commit);
    waiting.push({ body, reply });
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
});
