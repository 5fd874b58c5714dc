import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { nothing } from '../../shared/contract/common.ts';
import { type Answer, hasRole, type Input, type Operation } from '../../shared/contract/operation.ts';
import type { AuditLog } from '../auditLog.ts';
import type { Pushes } from '../store/pushes.ts';
import type { StoreTransaction } from '../store/tables.ts';
import { json } from './answers.ts';
import { authenticate, type Caller } from './authentication.ts';
import { flatQuery, parseInput, readJson } from './input.ts';
import { forbidden, notFound } from './refusalError.ts';

export interface Environment {
  Bindings: HttpBindings;
  Variables: { origin: string };
}

export type App = Hono<Environment>;

export interface Call<O extends Operation> extends Input<O> {
  caller: Caller;
  keyId: string;
  /** The scheme, host and port under which clients reach the server. */
  origin: string;
  header(name: string): string | undefined;
}

type Handler<O extends Operation> = (call: Call<O>) => Promise<Answer<O>>;
export type Mount = <O extends Operation>(operation: O, handler: Handler<O>) => void;
/** Mounts an operation that is one change of the database. */
export type MountChange = <O extends Operation>(
  operation: O,
  handler: (change: StoreTransaction, call: Call<O>) => Promise<Answer<O>>,
) => void;

interface Admission {
  readonly pushes: Pushes;
  readonly audit: AuditLog;
}

async function checkAccess(audit: AuditLog, operation: Operation, caller: Caller, params: unknown): Promise<void> {
  const { access, id, role } = operation;
  if (access.includes(caller.kind)) {
    if (caller.kind === 'station' || hasRole(caller.role, role)) return;
    await audit.recordRoleRefusal(operation, caller, params);
    throw forbidden(
      `This needs the role ${role} (${id}), and ${caller.name} has the role ${caller.role}. Ask an administrator of this server.`,
    );
  }
  throw forbidden(
    caller.kind === 'station'
      ? `Stations cannot do this (${id}): it needs a user key, and this is the key of station "${caller.name}".`
      : `Only a station can do this (${id}): it needs a station key, and this is a user key.`,
  );
}

export const routeOf = ({ path }: Operation): string => path.replace(/\{(\w+)\}/g, ':$1');

/** A key of the server, or a token with the rights of its owner. */
export interface Key {
  readonly id: string;
  readonly owner: Caller;
}

interface Sent {
  /** @throws RefusalError (401) */
  key(): Promise<Key>;
  readonly params: unknown;
  readonly query: unknown;
  body(keyId: string): Promise<unknown>;
  readonly origin: string;
  header(name: string): string | undefined;
}

/**
 * Checks what was sent to an operation of the contract and parses its input. The order of the checks is part of the wire:
 * key (401), form of the path (400), kind of key and role (403), query and body (400); then the handler's own: rules (403),
 * existence (404), uniqueness (409). A body may take minutes to arrive, so the key and the role are checked again after it.
 */
async function admit<O extends Operation>(audit: AuditLog, operation: O, sent: Sent): Promise<Call<O>> {
  let key = await sent.key();
  const params = parseInput<O['params']>(operation.params, sent.params);
  await checkAccess(audit, operation, key.owner, params);
  const query = parseInput<O['query']>(operation.query, sent.query);
  const hasBody = !Object.is(operation.body, nothing);
  const body = parseInput<O['body']>(operation.body, hasBody ? await sent.body(key.id) : undefined);
  if (hasBody) {
    key = await sent.key();
    await checkAccess(audit, operation, key.owner, params);
  }
  const { id: keyId, owner: caller } = key;
  return { params, query, body, caller, keyId, origin: sent.origin, header: (name) => sent.header(name) };
}

export const receive = <O extends Operation>(
  { pushes, audit }: Admission,
  operation: O,
  c: Context<Environment>,
): Promise<Call<O>> =>
  admit(audit, operation, {
    key: () => authenticate(pushes, c.req.header('authorization')),
    params: c.req.param(),
    query: flatQuery(c.req.queries()),
    body: (keyId) => readJson(c.env, keyId),
    origin: c.get('origin'),
    header: (name) => c.req.header(name),
  });

/** The operations that answer with JSON: reached over HTTP, and by name from within the server. */
export class MountedOperations {
  readonly #app: App;
  readonly #admission: Admission;
  readonly #notifyChange: () => void;
  readonly #handlers = new Map<string, (sent: Sent) => Promise<unknown>>();

  /** @param notifyChange is called after an operation from within the server that may have changed something */
  constructor(app: App, admission: Admission, notifyChange: () => void) {
    this.#app = app;
    this.#admission = admission;
    this.#notifyChange = notifyChange;
  }

  readonly mount: Mount = (operation, handler) => {
    const { audit } = this.#admission;
    const perform = (call: Parameters<typeof handler>[0]) => audit.record(operation, call, () => handler(call));
    this.#handlers.set(operation.id, async (sent) => {
      const answer = await perform(await admit(audit, operation, sent));
      if (operation.method !== 'GET') this.#notifyChange();
      return answer;
    });
    this.#app.on(operation.method, routeOf(operation), async (c) =>
      json(await perform(await receive(this.#admission, operation, c))),
    );
  };

  /** Calls an operation with the rights of a key. Returns its answer as JSON text. @throws RefusalError as over HTTP */
  async call(
    operationId: string,
    input: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown },
    from: { readonly key: Key; readonly origin: string },
  ): Promise<string> {
    const handler = this.#handlers.get(operationId);
    if (handler === undefined) throw notFound(`The operation ${operationId} cannot be called within the server.`);
    const { params = {}, query = {}, body } = input;
    return JSON.stringify(
      await handler({
        key: () => Promise.resolve(from.key),
        origin: from.origin,
        params,
        query,
        body: () => Promise.resolve(body),
        header: () => undefined,
      }),
    );
  }
}
