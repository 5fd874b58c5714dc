import type { Client } from '@modelcontextprotocol/client';
import type { FrameLocator, Page } from 'playwright-core';
import * as z from 'zod';
import { runApp } from '../../../src/shared/assistant/runApp.ts';
import { getRun } from '../../../src/shared/assistant/tools/getRun.ts';
import { until } from './until.ts';

const url = 'http://host.test/';

/**
 * The window around the page: it answers `ui/initialize` and `tools/call`, and keeps what it received. Its own requests go
 * to the binding `callTool`.
 */
const hostHtml = `<!DOCTYPE html>
<html><head><title>Host</title><style>body { margin: 0 } iframe { border: 0; width: 640px; height: 100px }</style></head>
<body><iframe sandbox="allow-scripts" title="app"></iframe>
<script>
const frame = document.querySelector('iframe');
const received = [];
let options = {};
const post = (message) => frame.contentWindow.postMessage({ jsonrpc: '2.0', ...message }, '*');
addEventListener('message', async ({ source, data }) => {
  if (source !== frame.contentWindow) return;
  received.push(data);
  if (data.method === 'ui/notifications/size-changed') frame.style.height = data.params.height + 'px';
  if (data.method === 'ui/initialize') {
    const { hasTools, ...context } = options;
    post({ id: data.id, result: {
      protocolVersion: data.params.protocolVersion,
      hostInfo: { name: 'host', version: '1' },
      hostCapabilities: hasTools ? { serverTools: {} } : {},
      hostContext: context,
    } });
  }
  if (data.method === 'tools/call') post({ id: data.id, result: await callTool(data.params) });
});
</script></body></html>`;

interface HostOptions {
  readonly hasTools?: boolean;
  readonly withoutStructuredContent?: boolean;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly theme?: string;
}

/** A program that shows the page of a run, as the protocol of MCP Apps asks for, around the official client. */
export class AppHostPage {
  readonly url = url;
  readonly app: FrameLocator;
  /** What the policy of the page has refused. */
  readonly violations: string[] = [];
  readonly #page: Page;
  readonly #client: Client;
  #lastId = 0;

  private constructor(page: Page, client: Client) {
    this.#page = page;
    this.#client = client;
    this.app = page.frameLocator('iframe');
    page.on('console', (line) => {
      if (line.type() === 'error') this.violations.push(line.text());
    });
  }

  static async open(page: Page, client: Client): Promise<AppHostPage> {
    await page.route(url, (route) => route.fulfill({ contentType: 'text/html', body: hostHtml }));
    await page.exposeFunction('callTool', (params: { name: string; arguments: Record<string, unknown> }) =>
      client.callTool(params),
    );
    await page.goto(url);
    return new AppHostPage(page, client);
  }

  /** Calls get_run, and shows its answer on a new page. */
  async show(given: Record<string, unknown>, options: HostOptions = {}): Promise<void> {
    const { withoutStructuredContent = false, ...context } = { hasTools: true, theme: 'light', ...options };
    const { contents } = await this.#client.readResource({ uri: runApp.uri });
    const html = z.object({ text: z.string() }).parse(contents[0]).text;
    const { structuredContent, ...result } = await this.#client.callTool({ name: getRun.name, arguments: given });
    await this.#page.evaluate(`received.length = 0; options = ${JSON.stringify(context)}`);
    await this.#page.evaluate(`frame.srcdoc = ${JSON.stringify(html)}`);
    await this.#received("method === 'ui/notifications/initialized'");
    await this.notify('ui/notifications/tool-input', { arguments: given });
    await this.notify(
      'ui/notifications/tool-result',
      withoutStructuredContent || structuredContent === undefined ? result : { ...result, structuredContent },
    );
  }

  async notify(method: string, params: object): Promise<void> {
    await this.#page.evaluate(`post(${JSON.stringify({ method, params })})`);
  }

  /** Sends a request to the page, and returns its answer. */
  async ask(method: string): Promise<unknown> {
    this.#lastId += 1;
    const id = `host-${this.#lastId}`;
    await this.#page.evaluate(`post(${JSON.stringify({ id, method, params: {} })})`);
    const answer = await this.#received(`id === '${id}'`);
    const { jsonrpc: _, id: __, ...rest } = z.record(z.string(), z.unknown()).parse(answer);
    return rest;
  }

  async resize(width: number): Promise<void> {
    await this.#page.evaluate(`frame.style.width = '${width}px'`);
  }

  /** Takes a picture of the page, in the height that it has asked for. */
  async screenshot(path: string): Promise<void> {
    await until(async () => (await this.heights()).at(-1) === (await this.pageHeight()), {
      what: 'the height of the page',
    });
    await this.#page.locator('iframe').screenshot({ path, animations: 'disabled' });
  }

  async heights(): Promise<number[]> {
    const sent = await this.#page.evaluate(
      "received.filter(({ method }) => method === 'ui/notifications/size-changed').map(({ params }) => params.height)",
    );
    return z.array(z.number()).parse(sent);
  }

  async pageHeight(): Promise<number> {
    const height = await this.app
      .locator('html')
      .evaluate('Math.ceil(document.documentElement.getBoundingClientRect().height)');
    return z.number().parse(height);
  }

  async #received(condition: string): Promise<unknown> {
    const found = await this.#page.waitForFunction(
      `received.find((message) => { const { method, id } = message; return ${condition}; })`,
    );
    return found.jsonValue();
  }
}
