/** Values that a client cannot choose: no names, serial numbers, ids or keys. */
export type SpanAttributes = Readonly<Record<string, string | number>>;

export interface SpanOptions {
  readonly kind: 'server' | 'internal';
  /** The header of this name that a request has: the span belongs to the trace of its client. */
  readonly traceparent?: string | undefined;
  /** Spans that have caused this one, which begins a trace of its own. Without it, the span is a part of the current one. */
  readonly causes?: readonly SpanHandle[];
  readonly attributes?: SpanAttributes;
}

export interface SpanEnd {
  readonly name: string;
  readonly attributes: SpanAttributes;
  readonly failed: boolean;
}

export type SpanHandle = object;

export interface Tracer {
  /** Records `work` as a span. @param work calls `end` if it knows more at the end; an error marks the span as failed */
  span<T>(name: string, options: SpanOptions, work: (end: (result: SpanEnd) => void) => Promise<T>): Promise<T>;
  current(): SpanHandle | null;
  within<T>(span: SpanHandle | null, work: () => T): T;
  /** Sends what has been recorded, for up to two seconds. */
  stop(): Promise<void>;
}

let active: Tracer | null = null;

/** @param tracer null to record nothing, which costs nothing */
export function setTracer(tracer: Tracer | null): void {
  active = tracer;
}

export const activeTracer = (): Tracer | null => active;

export const inSpan = <T>(name: string, work: () => Promise<T>): Promise<T> =>
  active === null ? work() : active.span(name, { kind: 'internal' }, work);
