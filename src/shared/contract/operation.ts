import type * as z from 'zod';

export type KeyKind = 'user' | 'station';

/** What a user may do, each role more than the one before. */
export const roles = ['viewer', 'engineer', 'administrator'] as const;
export type Role = (typeof roles)[number];

export const hasRole = (role: Role, needed: Role): boolean => roles.indexOf(role) >= roles.indexOf(needed);

export type RefusalStatus = 400 | 403 | 404 | 409 | 413 | 422 | 429 | 500 | 501 | 503;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An operation, which the server mounts and the client calls. `access` and `role` decide which keys may call it. */
export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  readonly id: string;
  readonly method: Method;
  readonly path: string;
  /** The kinds of key that may call it. Empty: no key of a user or a station is needed. */
  readonly access: readonly KeyKind[];
  readonly role: Role;
  readonly isAudited: boolean;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly answer: Answer;
  readonly answerType: 'application/json' | 'text/event-stream';
  readonly refusals: readonly RefusalStatus[];
  /** Whether the answer may take minutes. */
  readonly isSlow: boolean;
}

export interface Input<O extends Operation> {
  params: z.output<O['params']>;
  query: z.output<O['query']>;
  body: z.output<O['body']>;
}

export type Answer<O extends Operation> = z.output<O['answer']>;
