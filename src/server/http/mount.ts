import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { nothing } from '../../shared/contract/common.ts';
import type { Answer, Input, Operation } from '../../shared/contract/operation.ts';
import type { Statements } from '../store/statements.ts';
import { json } from './answers.ts';
import { authenticate, type Caller } from './authentication.ts';
import { flatQuery, parseInput, readJson } from './input.ts';
import { forbidden } from './refusalError.ts';

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

function checkKind({ access, id }: Operation, caller: Caller): void {
  if (access.includes(caller.kind)) return;
  throw forbidden(
    caller.kind === 'station'
      ? `Stations cannot do this (${id}): it needs a user key, and this is the key of station "${caller.name}".`
      : `Only a station can do this (${id}): it needs a station key, and this is a user key.`,
  );
}

export const routeOf = ({ path }: Operation): string => path.replace(/\{(\w+)\}/g, ':$1');

/**
 * Checks a request to an operation of the contract and reads its input. The order of the checks is part of the wire: key
 * (401), form of the path (400), kind of key (403), query and body (400); then the handler's own: rules (403), existence
 * (404), uniqueness (409).
 */
export async function receive<O extends Operation>(
  sql: Statements,
  operation: O,
  c: Context<Environment>,
): Promise<Call<O>> {
  const { id: keyId, owner: caller } = authenticate(sql, c.req.header('authorization'));
  const params = parseInput<O['params']>(operation.params, c.req.param());
  checkKind(operation, caller);
  const query = parseInput<O['query']>(operation.query, flatQuery(c.req.queries()));
  const sent = Object.is(operation.body, nothing) ? undefined : await readJson(c.env, keyId);
  const body = parseInput<O['body']>(operation.body, sent);
  const origin = c.get('origin');
  return { params, query, body, caller, keyId, origin, header: (name) => c.req.header(name) };
}

export const createMount =
  (app: App, sql: Statements): Mount =>
  <O extends Operation>(operation: O, handler: Handler<O>): void => {
    app.on(operation.method, routeOf(operation), async (c) => json(await handler(await receive(sql, operation, c))));
  };
