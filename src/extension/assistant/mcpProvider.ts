import * as vscode from 'vscode';
import type { Services } from '../connection/services.ts';
import { extensionVersion } from '../vscode/log.ts';
import { showInformation } from '../vscode/messages.ts';
import { changeSetting, setting } from '../vscode/settings.ts';

/** VS Code recognizes the server by its label, so it never contains a name that changes. */
const label = 'Test Stations';
const allowedKey = 'assistantServerAllowed';

/** Gives the assistants of VS Code the tools of the station server in use. */
export class McpProvider
  implements vscode.McpServerDefinitionProvider<vscode.McpHttpServerDefinition>, vscode.Disposable
{
  readonly #services: Services;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeMcpServerDefinitions = this.#changed.event;
  readonly #subscriptions: vscode.Disposable[];
  #wasReached: boolean;
  #question: Promise<boolean> | undefined;

  constructor(services: Services) {
    this.#services = services;
    const { connection, store } = services;
    this.#wasReached = store.stations !== undefined;
    this.#subscriptions = [
      connection.onDidChangeServer(() => this.#changed.fire()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('testStations.assistant.server')) this.#changed.fire();
      }),
      store.onDidChange(() => this.#notifyReached()),
    ];
  }

  /** Is called at the start of a window, so it asks nothing, reads no key and starts no server. */
  async provideMcpServerDefinitions(): Promise<vscode.McpHttpServerDefinition[]> {
    if (setting('assistant.server') === 'never') return [];
    const { remote } = this.#services.connection;
    if (remote === undefined) return [this.#definition('http://127.0.0.1', vscode.l10n.t('this machine'))];
    const isServed = await this.#services.connection.can('assistants').catch((error: unknown) => {
      this.#services.log.debug(`assistants at ${remote.url}: ${String(error)}`);
      return false;
    });
    return isServed ? [this.#definition(remote.url, new URL(remote.url).host)] : []; // TofuPilot has none
  }

  /** Is called when an assistant starts the server. @returns undefined if it must not start */
  async resolveMcpServerDefinition(
    definition: vscode.McpHttpServerDefinition,
  ): Promise<vscode.McpHttpServerDefinition | undefined> {
    if (!(await this.#isAllowed())) return undefined;
    const { url, key } = await this.#services.connection.userAccess();
    definition.uri = vscode.Uri.parse(new URL('/mcp', url).href, true);
    definition.headers = { Authorization: `Bearer ${key}` };
    return definition;
  }

  async #isAllowed(): Promise<boolean> {
    const policy = setting('assistant.server');
    if (policy !== 'ask') return policy === 'always';
    if (this.#services.context.workspaceState.get(allowedKey) === this.#server) return true;
    this.#question ??= this.#ask().finally(() => (this.#question = undefined));
    return this.#question;
  }

  async #ask(): Promise<boolean> {
    const allow = vscode.l10n.t('Allow in This Workspace');
    const always = vscode.l10n.t('Always Allow');
    const never = vscode.l10n.t('Never');
    const server = this.#server;
    const chosen = await showInformation(
      vscode.l10n.t(
        'An assistant wants to use the station server ({0}). It can read all runs and units, and create stations and links.',
        this.#services.connection.serverName,
      ),
      allow,
      always,
      never,
    );
    if (chosen === allow) await this.#services.context.workspaceState.update(allowedKey, server);
    if (chosen === always) await changeSetting('assistant.server', 'always');
    if (chosen === never) await changeSetting('assistant.server', 'never');
    return chosen === allow || chosen === always;
  }

  get #server(): string {
    return this.#services.connection.remote?.url ?? 'local';
  }

  /** A server that did not answer at first may have the tools now. */
  #notifyReached(): void {
    const isReached = this.#services.store.stations !== undefined;
    if (isReached && !this.#wasReached && this.#services.connection.remote !== undefined) this.#changed.fire();
    this.#wasReached = isReached;
  }

  /** The version of this program is that of the tools; another server may have others. */
  #definition(url: string, server: string): vscode.McpHttpServerDefinition {
    const uri = vscode.Uri.parse(new URL('/mcp', url).href, true);
    const version = `${extensionVersion(this.#services.context)} (${server})`;
    return new vscode.McpHttpServerDefinition(label, uri, {}, version);
  }

  dispose(): void {
    for (const each of this.#subscriptions) each.dispose();
    this.#changed.dispose();
  }
}
