import { hostname } from 'node:os';
import { setTracer } from '../tracing/tracer.ts';
import { version } from '../version.ts';
import { logFailure } from './logFailure.ts';
import { usageError } from './usage.ts';

export interface CollectorOptions {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface TracingVariables {
  readonly endpoint: string | undefined;
  readonly headers: string | undefined;
}

const headersVariable = 'OTEL_EXPORTER_OTLP_HEADERS';

/** Removes the headers, which may contain a key, from the environment, so that no child process inherits them. */
export function takeTracingVariables(environment: NodeJS.ProcessEnv): TracingVariables {
  const headers = environment[headersVariable];
  Reflect.deleteProperty(environment, headersVariable);
  return { endpoint: environment['OTEL_EXPORTER_OTLP_ENDPOINT'], headers };
}

export function readOtlpEndpoint(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (isAddress(text)) return text;
  throw usageError(
    `--otlp-endpoint must be the address of a collector, such as http://127.0.0.1:4318, and is "${text}".`,
  );
}

/** @throws CommandError if a variable that is needed is wrong */
export function collectorOptions(option: string | null, variables: TracingVariables): CollectorOptions | null {
  const endpoint = option ?? variables.endpoint;
  if (!endpoint) return null;
  if (!isAddress(endpoint)) {
    throw usageError('OTEL_EXPORTER_OTLP_ENDPOINT must be the address of a collector, such as http://127.0.0.1:4318.');
  }
  return { endpoint, headers: readHeaders(variables.headers ?? '') };
}

function isAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol) && !url.username && !url.search && !url.hash;
}

/** Reads `name=value,name=value`, with percent signs as in URLs: https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
function readHeaders(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=(.*)$/.exec(pair) ?? [];
      const decoded = decode(value?.trim() ?? '');
      if (name !== undefined && decoded !== null) return [name, decoded];
      throw usageError(`${headersVariable} must be a list such as "name=value,name=value".`);
    }),
  );
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

export async function startTracing(collector: CollectorOptions | null): Promise<() => Promise<void>> {
  if (collector === null) return () => Promise.resolve();
  const { startTracer } = await import('../tracing/otlpTracer.ts');
  const tracer = startTracer({ ...collector, version, instance: `${hostname()}:${process.pid}` }, (error) =>
    logFailure('Traces could not be sent to the collector, and the server continues without them', error),
  );
  setTracer(tracer);
  return async () => {
    setTracer(null);
    await tracer.stop();
  };
}
