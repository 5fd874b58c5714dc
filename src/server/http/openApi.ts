import * as z from 'zod';
import { empty, errorAnswer, nothing, v1ErrorAnswer } from '../../shared/contract/common.ts';
import type { local } from '../../shared/contract/local.ts';
import type { Answer, Operation } from '../../shared/contract/operation.ts';
import { trpcErrorAnswer } from '../../shared/contract/trpc.ts';
import { isTrpc, isV1 } from './answers.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...result } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: made }) => {
      // Other languages do not know the Unicode classes of these patterns.
      if (made.pattern !== undefined && /\\p\{/i.test(made.pattern)) delete made.pattern;
      const { def } = zodSchema._zod;
      // The input of a preprocessed schema may be anything. The schema behind it is the one to describe.
      if (io === 'input' && def.type === 'pipe' && ['transform', 'custom'].includes(def.in._zod.def.type)) {
        Object.assign(made, jsonSchema(def.out, io));
      }
    },
  });
  return result;
}

export function describeApi(operations: readonly Operation[], version: string): Answer<typeof local.openApi> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    (paths[operation.path] ??= {})[operation.method.toLowerCase()] = describe(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Test Stations server',
      version,
      description:
        'The TofuPilot-compatible API (`/api/v1`, `/api/v2`) and what is this server’s own (`/api/local`). ' +
        'Contents of attachments go to and come from the signed addresses that its answers name.',
    },
    paths,
    components: {
      securitySchemes: {
        userKey: { type: 'http', scheme: 'bearer', description: 'The key of a user, who manages.' },
        stationKey: { type: 'http', scheme: 'bearer', description: 'The key of a station, which pushes its runs.' },
      },
      schemas: {
        Error: jsonSchema(errorAnswer, 'output'),
        V1Error: jsonSchema(v1ErrorAnswer, 'output'),
        TrpcError: jsonSchema(trpcErrorAnswer, 'output'),
      },
    },
  };
}

function describe(operation: Operation): Record<string, unknown> {
  const { id, access, params, query, body, answer, answerType } = operation;
  return {
    operationId: id,
    tags: [id.replace(/\.[^.]+$/, '')],
    security: access.map((kind) => ({ [`${kind}Key`]: [] })),
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    ...(Object.is(body, nothing)
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input') } } } }),
    responses: {
      200: { description: 'Done.', content: { [answerType]: { schema: jsonSchema(answer, 'output') } } },
      ...Object.fromEntries(statuses(operation).map((status) => [status, refusal(operation, status)])),
    },
  };
}

function parameters(schema: z.ZodType, place: 'path' | 'query'): unknown[] {
  const { properties = {}, required = [] } = jsonSchema(schema, 'input');
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: each,
  }));
}

const descriptions: Record<number, string> = {
  400: 'The input is not valid.',
  401: 'There is no key, or it is not known.',
  403: 'The key may not do this.',
  404: 'Something that is named does not exist.',
  409: 'It contradicts what there is.',
  413: 'The body is too large.',
  422: 'It cannot be done with what there is.',
  429: 'Too many of these at once.',
  500: 'The server failed.',
  501: 'This server does not offer it.',
  503: 'The server cannot do it now.',
};

function statuses({ access, params, query, body, refusals }: Operation): number[] {
  const takesInput = !Object.is(params, empty) || !Object.is(query, empty) || !Object.is(body, nothing);
  return [
    ...new Set([
      ...(takesInput ? [400] : []),
      ...(access.length > 0 ? [401] : []),
      ...(access.length === 1 ? [403] : []),
      ...(Object.is(body, nothing) ? [] : [413]),
      ...refusals,
    ]),
  ].sort();
}

const errorOf = (path: string): string => (isV1(path) ? 'V1Error' : isTrpc(path) ? 'TrpcError' : 'Error');

const refusal = ({ path }: Operation, status: number): unknown => ({
  description: descriptions[status],
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${errorOf(path)}` } } },
});
