import type * as z from 'zod';

/** The two kinds of bearer key. A user key manages; a station key belongs to one station and pushes its runs. */
export type KeyKind = 'user' | 'station';

/** Statuses with which a handler may refuse what passed the checks that every operation has. */
export type RefusalStatus = 400 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 501;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One call of the wire. Server, client and tests are made from the same object: the server mounts it, the client
 * calls it, and `access` is the only place that says which keys may.
 */
export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  /** Stable name, such as `stations.create`. */
  readonly id: string;
  readonly method: Method;
  /** Path with `{name}` for each path parameter, such as `/api/v2/stations/{id}`. */
  readonly path: string;
  /** The kinds of key that may call it. Empty: no key of a user or a station is needed. */
  readonly access: readonly KeyKind[];
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly answer: Answer;
  readonly answerType: 'application/json' | 'text/event-stream';
  readonly refusals: readonly RefusalStatus[];
}

export interface Input<O extends Operation> {
  params: z.output<O['params']>;
  query: z.output<O['query']>;
  body: z.output<O['body']>;
}

export type Answer<O extends Operation> = z.output<O['answer']>;
