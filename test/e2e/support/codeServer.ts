import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/freePort.ts';
import { installExtension } from './extension.ts';
import * as places from './places.ts';
import { end, marker } from './processes.ts';
import { until } from './until.ts';

export type Settings = Record<string, unknown>;

export interface CodeServerOptions {
  /** They win over the user's, and can be changed while VS Code runs. */
  machineSettings?: Settings;
  userSettings?: Settings;
  /** Files of further extensions. */
  extensions?: readonly string[];
  /** Reaches the extension host, and what it starts. */
  env?: Record<string, string>;
  /** False: folders are untrusted until somebody trusts them. Default true: the question does not arise. */
  trust?: boolean;
  /** Holds everything of this VS Code; default a temporary folder. A folder of one's own keeps it for the next start. */
  folder?: string;
  /** Default: a free one. Browsers keep secrets by address. */
  port?: number;
  /** Default: none is asked for. */
  password?: string;
}

/** No outside requests, no banners, terminals whose text is in the page, and no map of the text, which takes long to paint. */
const quietSettings: Settings = {
  'remote.autoForwardPorts': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'editor.minimap.enabled': false,
  'terminal.integrated.gpuAcceleration': 'off',
};

/** The extensions of VS Code itself that the tests use. With all hundred of them a window opens in half as much time again. */
const builtInExtensions = [
  ...['python', 'json', 'markdown-basics', 'markdown-language-features', 'media-preview'],
  ...['theme-defaults', 'theme-seti'],
];

/** Of the tester's own environment these must not reach the VS Code under test. */
const foreign = /^(VSCODE_|ELECTRON_|NODE_|npm_|XDG_|TOFUPILOT_|STATION_|TEST_STATIONS_|MOCHA_)/;

/** A VS Code of its own: data, settings, extensions and home are in one temporary folder, gone after `dispose`. */
export class CodeServer {
  /** Holds everything of this VS Code; tests may put folders to open into it. */
  readonly folder: string;
  readonly url: string;
  readonly #port: number;
  readonly #options: CodeServerOptions;
  #machineSettings: Settings = {};
  #child: ChildProcess | undefined;

  private constructor(folder: string, port: number, options: CodeServerOptions) {
    this.folder = folder;
    this.#port = port;
    this.#options = options;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async create(options: CodeServerOptions): Promise<CodeServer> {
    const folder = options.folder ?? (await realpath(await mkdtemp(join(tmpdir(), 'ts-e2e-'))));
    try {
      const server = new CodeServer(folder, options.port ?? (await freePort()), options);
      await writeSettings(join(server.data, 'User'), { ...quietSettings, ...options.userSettings });
      await server.changeMachineSettings(options.machineSettings ?? {});
      await mkdir(server.home, { recursive: true });
      await linkBuiltInExtensions(server.#builtIn);
      await installExtension(join(folder, 'extensions'), options.extensions);
      return server;
    } catch (error) {
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  get home(): string {
    return join(this.folder, 'home');
  }

  get #builtIn(): string {
    return join(this.folder, 'built-in');
  }

  /** VS Code's user data: settings, logs, global storage. */
  get data(): string {
    return join(this.folder, 'data');
  }

  /** Changes settings of the machine at once. (This VS Code sees changes of the user's settings at its start only.) */
  async changeMachineSettings(changes: Settings): Promise<void> {
    Object.assign(this.#machineSettings, changes);
    await writeSettings(join(this.data, 'Machine'), this.#machineSettings);
  }

  /** The settings of the machine that were changed before are the default ones again after the next change. */
  forgetMachineSettings(): void {
    this.#machineSettings = {};
  }

  /** Also after `stop`: the same port and data, as SecretStorage needs it. */
  async start(): Promise<void> {
    const { node, entry } = places.codeServer();
    const child = spawn(node, [entry, ...this.#arguments()], {
      env: this.#environment(),
      cwd: this.home,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let ended: string | undefined;
    child.once('error', (error) => (ended = error.message));
    child.once('exit', (code, signal) => (ended ??= `exit code ${code ?? signal ?? 'unknown'}`));
    const log = createWriteStream(join(this.folder, 'code-server.log'), { flags: 'a' });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    await until(async () => ended ?? (await fetch(`${this.url}/healthz`)).ok, { timeout: 60_000, what: 'code-server' });
    if (ended !== undefined)
      throw new Error(`code-server did not start (${ended}), see ${this.folder}/code-server.log`);
  }

  async stop(): Promise<void> {
    if (this.#child) await end(this.#child, this.folder);
    this.#child = undefined;
  }

  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #arguments(): string[] {
    return [
      ...[
        '--config',
        join(this.folder, 'config.yaml'),
        '--bind-addr',
        `127.0.0.1:${this.#port}`,
        '--auth',
        this.#options.password === undefined ? 'none' : 'password',
      ],
      ...['--user-data-dir', this.data, '--extensions-dir', join(this.folder, 'extensions')],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(this.#options.trust === false ? [] : ['--disable-workspace-trust']),
    ];
  }

  #environment(): NodeJS.ProcessEnv {
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
    return {
      ...own,
      HOME: this.home,
      XDG_CONFIG_HOME: join(this.home, '.config'),
      XDG_DATA_HOME: join(this.home, '.local', 'share'),
      XDG_CACHE_HOME: join(this.home, '.cache'),
      EXTENSIONS_GALLERY: '{}',
      VSCODE_CLI: '1',
      // The oldest code-server does not read it, and loads all built-in extensions.
      VSCODE_OPTIONS: `builtin-extensions-dir=${this.#builtIn}`,
      [marker]: this.folder,
      ...coverage(),
      ...(this.#options.password === undefined ? {} : { PASSWORD: this.#options.password }),
      ...this.#options.env,
    };
  }
}

async function linkBuiltInExtensions(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const name of builtInExtensions) {
    await symlink(join(places.builtInExtensions(), name), join(folder, name), 'junction');
  }
}

/** Where the processes below it write what they have run, when "npm test" wants to know. */
function coverage(): Record<string, string> {
  const folder = process.env['NODE_V8_COVERAGE'];
  return folder === undefined ? {} : { NODE_V8_COVERAGE: folder };
}

async function writeSettings(folder: string, settings: Settings): Promise<void> {
  await mkdir(folder, { recursive: true });
  // VS Code watches the file: half of one would be other settings.
  const fresh = join(folder, 'settings.json.new');
  await writeFile(fresh, JSON.stringify(settings, null, 2));
  await rename(fresh, join(folder, 'settings.json'));
}
