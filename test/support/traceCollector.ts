import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

const value = z.object({ stringValue: z.string() }).or(z.object({ intValue: z.union([z.number(), z.string()]) }));
const attributes = z
  .array(z.object({ key: z.string(), value }))
  .default([])
  .transform((list) =>
    Object.fromEntries(
      list.map(({ key, value: each }) => [key, 'stringValue' in each ? each.stringValue : Number(each.intValue)]),
    ),
  );
const span = z.object({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z.string().default(''),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes,
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.number().default(0), message: z.string().optional() }).default({ code: 0 }),
  events: z.array(z.unknown()).default([]),
});

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/collector/trace/v1/trace_service.proto */
const exported = z.object({
  resourceSpans: z.array(
    z.object({ resource: z.object({ attributes }), scopeSpans: z.array(z.object({ spans: z.array(span) })) }),
  ),
});

export type ReceivedSpan = z.infer<typeof span>;

/** A collector of OpenTelemetry that keeps what it gets. */
export interface TraceCollector {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  readonly resources: Record<string, string | number>[];
  readonly headers: IncomingHttpHeaders[];
  /** The bodies as they came. */
  readonly texts: string[];
  stop(): Promise<void>;
}

export async function startTraceCollector(): Promise<TraceCollector> {
  const received = { spans: [], resources: [], headers: [], texts: [] } as Pick<
    TraceCollector,
    'spans' | 'resources' | 'headers' | 'texts'
  >;
  const server = createServer((request, answer) => {
    void text(request).then((body) => {
      if (request.method !== 'POST' || request.url !== '/v1/traces') return void answer.writeHead(404).end();
      received.texts.push(body);
      received.headers.push(request.headers);
      for (const { resource, scopeSpans } of exported.parse(JSON.parse(body)).resourceSpans) {
        received.resources.push(resource.attributes);
        received.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
      }
      answer.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    ...received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
