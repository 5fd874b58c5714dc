import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { accounts } from '../../src/shared/contract/accounts.ts';
import { errorAnswer, nothing, v1ErrorAnswer } from '../../src/shared/contract/common.ts';
import { readInvitation } from '../../src/shared/contract/invitationLink.ts';
import { type KeyKind, type Operation, type Role, roles } from '../../src/shared/contract/operation.ts';
import { operations } from '../../src/shared/contract/operations.ts';
import { adminKey, useServer } from './bench.ts';
import { type Reply, send } from './requests.ts';

const kinds: readonly KeyKind[] = ['user', 'station'];

/** The path of an operation with this value for each of its parameters. */
const pathWith = ({ path }: Operation, value: string): string => path.replace(/\{\w+\}/g, encodeURIComponent(value));

/** Of an operation whose path has the right form, and names nothing that there is. */
const wellFormed = (operation: Operation): string =>
  pathWith(
    { ...operation, path: operation.path.replace('{date}', '2026-01-31').replace('{position}', '1') },
    crypto.randomUUID(),
  );

/** A value that no parameter of the path can have, or null when any will do. */
function malformedFor({ path, params }: Operation): string | null {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  const isRefused = (value: string) => !params.safeParse(Object.fromEntries(names.map((n) => [n, value]))).success;
  return names.length === 0 ? null : (['no-uuid', 'x'.repeat(200)].find(isRefused) ?? null);
}

const takesBody = ({ body }: Operation): boolean => !Object.is(body, nothing);

/** The message of a refusal, in the shape of its surface. */
const messageIn = ({ path }: Operation, reply: Reply): string =>
  path.startsWith('/api/v1/')
    ? v1ErrorAnswer.parse(reply.json()).error.message
    : errorAnswer.parse(reply.json()).message;

describe('access', function () {
  this.timeout(60_000);
  const bench = useServer();
  const keys: Record<KeyKind, string> = { user: adminKey, station: '' };
  before(async () => {
    keys.station = (await bench.station('Access')).key;
  });

  /** With a body that is no JSON, where one is taken: whatever is checked before the body comes first. */
  const call = (operation: Operation, path: string, key?: string): Promise<Reply> =>
    send(bench.server.url, operation.method, path, {
      ...(key === undefined ? {} : { key }),
      ...(takesBody(operation) ? { body: '{' } : {}),
    });

  for (const operation of operations.filter(({ access }) => access.length > 0)) {
    const { id, access } = operation;
    const path = wellFormed(operation);
    const malformed = malformedFor(operation);

    describe(id, () => {
      it('refuses a request without a key or with an unknown key before any other check', async () => {
        for (const each of [path, ...(malformed === null ? [] : [pathWith(operation, malformed)])]) {
          for (const key of [undefined, 'tsu_unknown-key', `${adminKey}x`]) {
            const reply = await call(operation, each, key);
            assert.equal(reply.status, 401, reply.text);
            assert.match(messageIn(operation, reply), /API key/);
          }
        }
      });

      if (malformed !== null) {
        it('refuses a malformed path for every kind of key', async () => {
          for (const kind of kinds) {
            const reply = await call(operation, pathWith(operation, malformed), keys[kind]);
            assert.equal(reply.status, 400, `${kind}: ${reply.text}`);
          }
        });
      }

      for (const kind of kinds.filter((each) => !access.includes(each))) {
        it(`refuses a ${kind} key before it reads the body or queries the store`, async () => {
          const reply = await call(operation, path, keys[kind]);
          assert.equal(reply.status, 403, reply.text);
          assert.match(
            messageIn(operation, reply),
            kind === 'station' ? /^Stations cannot do this/ : /^Only a station/,
          );
          if (!path.startsWith('/api/v1/')) assert.equal(errorAnswer.parse(reply.json()).code, 'FORBIDDEN');
        });
      }

      for (const kind of kinds.filter((each) => access.includes(each))) {
        it(`accepts a ${kind} key`, async () => {
          if (operation.answerType === 'text/event-stream') {
            const { status, body } = await fetch(bench.server.url + path, {
              headers: { Authorization: `Bearer ${keys[kind]}` },
            });
            await body?.cancel();
            // A stream of one station: this id is nobody's.
            assert.ok(operation.path.includes('{id}') ? [403, 404].includes(status) : status === 200, String(status));
            return;
          }
          const reply = await call(operation, path, keys[kind]);
          if (takesBody(operation)) {
            assert.equal(reply.status, 400, reply.text);
            assert.match(messageIn(operation, reply), /not valid JSON/);
            return;
          }
          assert.ok(reply.status < 500 || reply.status === 501, `${reply.status} ${reply.text}`);
          assert.notEqual(reply.status, 401);
          assert.doesNotMatch(reply.text, /cannot do this|Only a station can|This server has no [A-Z]+ \//);
        });
      }
    });
  }

  describe('by role', () => {
    const keysOf = new Map<Role, string>();
    before(async () => {
      for (const role of roles) {
        const body = { name: role, email: `${role}@lab.example`, role };
        const { link } = await bench.user.call(accounts.create, { body });
        const token = readInvitation(link)?.token ?? '';
        const accepted = await bench.user.call(accounts.acceptInvitation, { body: { token } });
        keysOf.set(role, accepted.api_key);
      }
    });

    for (const operation of operations.filter(({ access, role }) => access.includes('user') && role !== 'viewer')) {
      it(`${operation.id} is refused below the role ${operation.role} before the body is read`, async () => {
        for (const role of roles) {
          const reply = await call(operation, wellFormed(operation), keysOf.get(role));
          const isRefused = reply.text.includes('needs the role');
          assert.equal(isRefused, roles.indexOf(role) < roles.indexOf(operation.role), `${role}: ${reply.text}`);
          if (isRefused) assert.equal(reply.status, 403);
        }
      });
    }
  });

  for (const operation of operations.filter(({ access, refusals }) => access.length === 0 && refusals.length === 0)) {
    it(`${operation.id} requires no key`, async () => {
      const reply = await send(bench.server.url, operation.method, operation.path);
      assert.equal(reply.status, 200, reply.text);
      assert.ok(operation.answer.safeParse(reply.json()).success, reply.text);
    });
  }
});
