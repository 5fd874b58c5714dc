import * as z from 'zod';
import { ExactInteger, type ExactNumber } from './exactJson.ts';
import type { KeyKind, Method, Operation, RefusalStatus, Role } from './operation.ts';

export const nothing = z.undefined();
export const empty = z.object({});

interface OperationParts<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> {
  /** Default: only the keys of users. */
  access?: readonly KeyKind[];
  /** Default: viewers read, and engineers change. */
  role?: Role;
  /** Default: whether it changes something. False for results, which name their creator, and for live traffic. */
  isAudited?: boolean;
  params?: P;
  query?: Q;
  body?: B;
  answer: A;
  answerType?: Operation['answerType'];
  refusals?: readonly RefusalStatus[];
  isSlow?: boolean;
}

export function operation<
  A extends z.ZodType,
  P extends z.ZodType = typeof empty,
  Q extends z.ZodType = typeof empty,
  B extends z.ZodType = typeof nothing,
>(id: string, method: Method, path: string, parts: OperationParts<P, Q, B, A>): Operation<P, Q, B, A>;
export function operation(
  id: string,
  method: Method,
  path: string,
  parts: OperationParts<z.ZodType, z.ZodType, z.ZodType, z.ZodType>,
): Operation {
  return {
    id,
    method,
    path,
    access: ['user'],
    params: empty,
    query: empty,
    body: nothing,
    answerType: 'application/json',
    refusals: [],
    isSlow: false,
    role: method === 'GET' ? 'viewer' : 'engineer',
    isAudited: method !== 'GET',
    ...parts,
  };
}

export const id = z.uuid().toLowerCase();
export const byId = z.object({ id });
export const idAnswer = z.object({ id });
export const named = z.object({ id, name: z.string() });
export const numbered = z.object({ id, number: z.string() });
export const sortOrder = z.enum(['asc', 'desc']).default('desc');

/** An e-mail address of the lengths that mail servers take (RFC 5321, 4.5.3.1) and DNS has names for (RFC 1035, 2.3.4). */
export const emailAddress = (message: string) =>
  z
    .email(message)
    .max(254)
    .refine((address) => {
      const [mailbox = '', domain = ''] = address.split('@');
      return mailbox.length <= 64 && domain.split('.').every((label) => label.length <= 63 && !label.endsWith('-'));
    }, message);

export const imageIdOrNone = z.union(
  [z.literal(''), id],
  'An image is named by the id of its upload, or by "" for none.',
);

export const unitPart = numbered.extend({ name: z.string(), revision: numbered });

export const creators = {
  created_by_user: z.object({ id, name: z.string().nullable() }).nullable(),
  created_by_station: named.nullable(),
};

/** The length is checked before the items, because each of millions of invalid items would get an issue of its own. */
export const listUpTo = <T extends z.ZodType>(most: number, item: T) =>
  z
    .custom<unknown[]>(
      (value) => Array.isArray(value) && value.length <= most,
      `Expected a list of up to ${most} items.`,
    )
    .pipe(z.array(item));

/** `JSON.parse` reads 1e999 as Infinity, which could not be stored. */
function isFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isFinite);
}

/** Any JSON. `z.json()` would double the time to parse a run. */
export const finiteJson = z.unknown().refine(isFinite, 'Numbers must be finite.');

const isExactNumber = (value: unknown): boolean =>
  typeof value === 'number' ? Number.isFinite(value) : value instanceof ExactInteger;

export const exactNumber = z.custom<ExactNumber>(isExactNumber, 'Expected a finite number.').meta({ type: 'number' });

/** The points of a curve, checked as a whole because there may be a million. */
export const points = z
  .custom<ExactNumber[]>(
    (value) => Array.isArray(value) && value.every(isExactNumber),
    'Expected a list of finite numbers.',
  )
  .meta({ type: 'array', items: { type: 'number' } });

export const timestamp = z.iso.datetime({ offset: true });

export const createdQuery = { created_after: timestamp.optional(), created_before: timestamp.optional() };

export const name60 = z
  .string()
  .trim()
  .min(1, 'The name must not be empty.')
  .max(60, 'The name must be at most 60 characters long.');

export const outcome = z.enum(['PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED']);
export type Outcome = z.infer<typeof outcome>;
export const sequenceOutcome = z.enum([...outcome.options, 'SKIP']);
export const phaseOutcome = z.enum(['PASS', 'FAIL', 'SKIP', 'ERROR']);
export type PhaseOutcome = z.infer<typeof phaseOutcome>;
export const measurementOutcome = z.enum(['PASS', 'FAIL', 'UNSET']);
export type MeasurementOutcome = z.infer<typeof measurementOutcome>;
export const measurementType = z.enum(['numeric', 'boolean', 'string', 'multidimensional', 'json', 'empty']);
export type MeasurementType = z.infer<typeof measurementType>;
export const logLevel = z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL']);

export const logFields = {
  level: logLevel,
  message: z.string(),
  source_file: z.string(),
  line_number: z.number(),
};

/** Cursor pages. The cursor is an offset; the official clients send it back as `50` or `50.0`. */
export const pageQuery = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .transform((n) => Math.min(n, 100))
    .default(50),
  cursor: z.coerce.number().int().min(0).default(0),
});

export const page = <T extends z.ZodType>(item: T) =>
  z.object({
    data: z.array(item),
    meta: z.object({ has_more: z.boolean(), next_cursor: z.number().int().nullable() }),
  });

const toList = (v: unknown): unknown => (v === undefined || Array.isArray(v) ? v : [v]);

/** A query parameter that may be repeated (`ids=a&ids=b`). */
export const many = <T extends z.ZodType>(item: T) => z.preprocess(toList, z.array(item).optional());

export const atLeastOne = <T extends z.ZodType>(item: T) => z.preprocess(toList, z.array(item).min(1));

export const errorAnswer = z.object({
  message: z.string(),
  code: z.string(),
  issues: z
    .array(z.object({ message: z.string(), path: z.array(z.union([z.string(), z.number()])).optional() }))
    .optional(),
});

export const v1ErrorAnswer = z.object({ error: z.object({ message: z.string() }) });
