import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import * as z from 'zod';
import { version } from '../../src/server/version.ts';
import { nothing } from '../../src/shared/contract/common.ts';
import { local } from '../../src/shared/contract/local.ts';
import { operations } from '../../src/shared/contract/operations.ts';
import { useServer } from './bench.ts';
import { TestClient } from './requests.ts';

const schema = z.record(z.string(), z.unknown());
const content = z.record(z.string(), z.object({ schema }));
const described = z.object({
  operationId: z.string(),
  security: z.array(z.record(z.string(), z.array(z.never()))),
  parameters: z.array(z.object({ name: z.string(), in: z.enum(['path', 'query']), required: z.boolean(), schema })),
  requestBody: z.object({ required: z.literal(true), content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string().min(1), content })),
});
const description = z.object({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.string(), version: z.literal(version), description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), described)),
  components: z.object({ schemas: z.record(z.string(), schema), securitySchemes: z.record(z.string(), schema) }),
});

describe('the OpenAPI description', function () {
  this.timeout(60_000);
  const bench = useServer();
  let api: z.infer<typeof description>;
  const find = (id: string) => {
    const found = Object.values(api.paths)
      .flatMap((methods) => Object.values(methods))
      .find(({ operationId }) => operationId === id);
    assert.ok(found, id);
    return found;
  };

  before(async () => {
    api = description.parse(await new TestClient(bench.server.url).call(local.openApi));
  });

  it('describes every operation under its path and method with the allowed keys', () => {
    for (const { id, method, path, access, body } of operations) {
      const operation = api.paths[path]?.[method.toLowerCase()];
      assert.equal(operation?.operationId, id);
      assert.deepEqual(
        operation.security.flatMap((each) => Object.keys(each)),
        access.map((kind) => `${kind}Key`),
      );
      assert.equal(operation.requestBody !== undefined, !Object.is(body, nothing), id);
    }
    assert.deepEqual(Object.keys(api.components.securitySchemes), ['userKey', 'stationKey']);
  });

  it('describes the parameters of paths and queries', () => {
    const list = find('runs.list').parameters;
    assert.deepEqual(
      list.find(({ name }) => name === 'outcomes'),
      {
        name: 'outcomes',
        in: 'query',
        required: false,
        schema: { type: 'array', items: { type: 'string', enum: ['PASS', 'FAIL', 'ERROR', 'TIMEOUT', 'ABORTED'] } },
      },
    );
    const [parameter, ...others] = find('runs.get').parameters;
    assert.deepEqual(
      [parameter?.name, parameter?.in, parameter?.required, parameter?.schema['format']],
      ['id', 'path', true, 'uuid'],
    );
    assert.deepEqual(others, []);
  });

  it('describes the refusals of each operation in the shape of its API', () => {
    const shapeOf = (id: string, status: string) =>
      find(id).responses[status]?.content['application/json']?.schema['$ref'];
    assert.equal(shapeOf('v1.runs.create', '401'), '#/components/schemas/V1Error');
    assert.equal(shapeOf('stations.create', '401'), '#/components/schemas/Error');
    assert.deepEqual(Object.keys(find('local.health').responses), ['200']);
    for (const { id, access } of operations) {
      const statuses = Object.keys(find(id).responses);
      assert.equal(statuses.includes('401'), access.length > 0, id);
      if (access.length === 1) assert.ok(statuses.includes('403'), id);
    }
  });

  it('describes the content type of the event stream', () => {
    assert.deepEqual(Object.keys(find('local.events').responses['200']?.content ?? {}), ['text/event-stream']);
  });
});
