import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { messageOf } from '../../shared/format/messageOf.ts';
import type { SpanHandle, Tracer } from './tracer.ts';

const exportTimeoutMs = 5_000;
const stopTimeoutMs = 2_000;

export interface TracingOptions {
  /** The address of the collector, without the path of traces. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly version: string;
  readonly instance: string;
}

class Handle implements SpanHandle {
  readonly context: Context;

  constructor(context: Context) {
    this.context = context;
  }
}

const contextOf = (handle: SpanHandle | null): Context => (handle instanceof Handle ? handle.context : ROOT_CONTEXT);

/**
 * Sends traces to a collector with OTLP over HTTP. Spans wait in a limited queue, and those that do not fit are dropped, so that
 * a collector that is slow or down delays nothing.
 * @param onFailure is called with the reason each time spans could not be sent
 */
export function startTracer(options: TracingOptions, onFailure: (error: unknown) => void): Tracer {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'test-stations',
      'service.version': options.version,
      'service.instance.id': options.instance,
    }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter: exporterFor(options, onFailure), exportTimeoutMillis: exportTimeoutMs }),
    ],
  });
  const tracer = provider.getTracer('test-stations', options.version);
  const contexts = new AsyncLocalStorage<Handle>();
  const currentContext = (): Context => contextOf(contexts.getStore() ?? null);
  const spanOf = (handle: SpanHandle) => trace.getSpan(contextOf(handle));

  return {
    async span(name, { kind, traceparent, causes, attributes }, work) {
      const links = (causes ?? []).flatMap((cause) => {
        const span = spanOf(cause);
        return span === undefined ? [] : [{ context: span.spanContext() }];
      });
      const remote = traceparent === undefined ? null : parseTraceParent(traceparent);
      const parent =
        remote !== null
          ? trace.setSpanContext(ROOT_CONTEXT, { ...remote, isRemote: true })
          : causes === undefined
            ? currentContext()
            : ROOT_CONTEXT;
      const span = tracer.startSpan(
        name,
        { kind: kind === 'server' ? SpanKind.SERVER : SpanKind.INTERNAL, links, ...(attributes && { attributes }) },
        parent,
      );
      const fail = (): unknown => span.setStatus({ code: SpanStatusCode.ERROR });
      try {
        return await contexts.run(new Handle(trace.setSpan(parent, span)), () =>
          work((end) => {
            span.updateName(end.name);
            span.setAttributes(end.attributes);
            if (end.failed) fail();
          }),
        );
      } catch (error) {
        fail(); // Without the error, whose message may have names and serial numbers.
        throw error;
      } finally {
        span.end();
      }
    },
    current: () => contexts.getStore() ?? null,
    within: (span, work) => (span instanceof Handle ? contexts.run(span, work) : work()),
    stop: async () => {
      const limit = new Promise<void>((over) => setTimeout(over, stopTimeoutMs).unref());
      await Promise.race([provider.shutdown().catch(onFailure), limit]);
    },
  };
}

function exporterFor({ endpoint, headers }: TracingOptions, onFailure: (error: unknown) => void): SpanExporter {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: { ...headers },
    timeoutMillis: exportTimeoutMs,
  });
  return {
    export: (spans, done) => {
      exporter.export(spans, (result) => {
        // Some errors of the library contain the answer of the collector.
        if (result.error !== undefined) onFailure(messageOf(result.error).slice(0, 200));
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
}
