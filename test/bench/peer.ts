/**
 * A server that does nothing but write the value in a JSON file again and again: what an answer of that size costs at least.
 *
 *     node peer.ts <file>     prints its address
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const value: unknown = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const server = createServer((_request, reply) => {
  reply.setHeader('Content-Type', 'application/json');
  reply.end(JSON.stringify(value));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`);
});
