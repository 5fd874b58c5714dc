import * as z from 'zod';

/** The revision of the protocol of MCP Apps (https://modelcontextprotocol.io, extension io.modelcontextprotocol/ui). */
const protocolVersion = '2026-01-26';

const message = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.record(z.string(), z.unknown()).optional().catch(undefined),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Message = z.output<typeof message>;

/** What the host says about the place in which the page is. Values of other types count as missing. */
const hostContext = z.object({
  theme: z.enum(['light', 'dark']).optional().catch(undefined),
  locale: z.string().optional().catch(undefined),
  timeZone: z.string().optional().catch(undefined),
  styles: z
    .object({ variables: z.record(z.string(), z.unknown()) })
    .optional()
    .catch(undefined),
});
export type HostContext = z.output<typeof hostContext>;

const welcome = z.object({
  hostContext: hostContext.catch({}),
  hostCapabilities: z.object({ serverTools: z.unknown().optional() }).catch({}),
});

/** The answer of a tool: some hosts pass only the text on. */
const toolResult = z.object({
  isError: z.boolean().optional(),
  structuredContent: z.unknown().optional(),
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })).catch([]),
});
export type ToolResult = z.output<typeof toolResult>;

export interface HostEvents {
  onContext(context: HostContext): void;
  onCanCallTools(): void;
  onInput(given: Readonly<Record<string, unknown>>): void;
  onResult(result: ToolResult): void;
  onCancelled(): void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class AppHost {
  readonly #events: HostEvents;
  readonly #waiting = new Map<number | string, Waiting>();
  #lastId = 0;

  constructor(events: HostEvents) {
    this.#events = events;
  }

  async connect(): Promise<void> {
    window.addEventListener('message', ({ data, source }: MessageEvent<unknown>) => {
      const { data: received } = message.safeParse(data);
      if (source === window.parent && received !== undefined) this.#receive(received);
    });
    const appInfo = { name: 'test-stations-run-report', title: 'Run Report', version: '1' };
    const answer = await this.#request('ui/initialize', { appInfo, appCapabilities: {}, protocolVersion });
    const { hostContext: context, hostCapabilities } = welcome.parse(answer);
    this.#events.onContext(context);
    if (hostCapabilities.serverTools !== undefined) this.#events.onCanCallTools();
    this.#notify('ui/notifications/initialized', {});
    this.#reportHeight();
  }

  async callTool(name: string, given: Readonly<Record<string, unknown>>): Promise<ToolResult> {
    return toolResult.parse(await this.#request('tools/call', { name, arguments: given }));
  }

  #receive({ id, method, params = {}, result, error }: Message): void {
    if (method === undefined) {
      const waiting = id === undefined ? undefined : this.#waiting.get(id);
      if (id === undefined || waiting === undefined) return;
      this.#waiting.delete(id);
      if (error === undefined) waiting.resolve(result);
      else waiting.reject(new Error(error.message));
    } else if (id !== undefined) {
      const isKnown = method === 'ping' || method === 'ui/resource-teardown';
      this.#post(isKnown ? { id, result: {} } : { id, error: { code: -32601, message: 'Method not found' } });
    } else {
      this.#handle(method, params);
    }
  }

  #handle(method: string, params: Readonly<Record<string, unknown>>): void {
    if (method === 'ui/notifications/host-context-changed') {
      this.#events.onContext(hostContext.parse(params));
    } else if (method === 'ui/notifications/tool-input') {
      this.#events.onInput(z.record(z.string(), z.unknown()).catch({}).parse(params['arguments']));
    } else if (method === 'ui/notifications/tool-result') {
      this.#events.onResult(toolResult.parse(params));
    } else if (method === 'ui/notifications/tool-cancelled') {
      this.#events.onCancelled();
    }
  }

  #reportHeight(): void {
    const report = (): void => {
      const height = Math.ceil(document.documentElement.getBoundingClientRect().height);
      this.#notify('ui/notifications/size-changed', { height });
    };
    new ResizeObserver(report).observe(document.documentElement);
  }

  #request(method: string, params: object): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#post({ id, method, params });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #notify(method: string, params: object): void {
    this.#post({ method, params });
  }

  /** The origin of the host is unknown, so any is allowed. The messages contain nothing but ids and sizes. */
  #post(content: object): void {
    window.parent.postMessage({ jsonrpc: '2.0', ...content }, '*');
  }
}
