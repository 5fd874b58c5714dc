import { access } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Log } from '../vscode/log.ts';
import { showWarning } from '../vscode/messages.ts';
import { accessOf, selectedStation } from './prepareRun.ts';
import { stationEnvironment } from './process/runPlan.ts';
import { startupModules } from './process/startupModules.ts';
import { trustEnvironment } from './process/trustedCertificates.ts';
import { interpreterFor } from './python/interpreter.ts';
import type { StationName } from './runSession.ts';

/** Paths. */
interface TerminalPlaces {
  /** The main file of the Python runner. */
  readonly runner: string;
  /** A folder for what is to be kept. */
  readonly storage: string;
}

/** A node of the Stations view. */
const stationNode = z.object({ station: z.object({ id: z.string(), name: z.string() }) });

/** Opens terminals in which scripts push as a station, as they do when the editor runs them. */
export class StationTerminals implements vscode.Disposable {
  readonly #connection: Connection;
  readonly #store: StationStore;
  readonly #log: Log;
  readonly #places: TerminalPlaces;
  /** The open terminals that have the present key of their station. */
  readonly #open = new Map<vscode.Terminal, StationName>();
  readonly #subscriptions: vscode.Disposable;

  /** @param report shows what goes wrong behind a message */
  constructor(
    connection: Connection,
    store: StationStore,
    log: Log,
    places: TerminalPlaces,
    report: (error: unknown) => void,
  ) {
    this.#connection = connection;
    this.#store = store;
    this.#log = log;
    this.#places = places;
    this.#subscriptions = vscode.Disposable.from(
      vscode.window.onDidCloseTerminal((terminal) => this.#open.delete(terminal)),
      connection.onDidChangeStationKey((station) => void this.#tellOldKey(station).catch(report)),
    );
  }

  /**
   * @param argument a node of the Stations view; anything else: the selected station is meant
   * @throws UserError without a key that works, or without a Python
   * @throws vscode.CancellationError when the user selects no station
   */
  async open(argument: unknown): Promise<void> {
    const station = stationNode.safeParse(argument).data?.station ?? (await selectedStation(this.#store));
    const { name } = station;
    const { url, key, trust } = await accessOf(this.#connection, station);
    const folder = workFolder();
    const terminal = vscode.window.createTerminal({
      name,
      iconPath: new vscode.ThemeIcon('circuit-board'),
      message: vscode.l10n.t('Scripts that are started here push their runs as {0} to {1}.', name, url),
      // Its process has the key. VS Code must not keep the environment for a terminal of the next session.
      isTransient: true,
      ...(folder === undefined ? {} : { cwd: folder }),
      env: {
        ...stationEnvironment(url, key),
        ...(await trustEnvironment(this.#places.storage, trust)),
        ...(await this.#pythonEnvironment(folder)),
      },
    });
    this.#open.set(terminal, station);
    terminal.show();
  }

  /** A process keeps the environment that it was started with. */
  async #tellOldKey(id: string): Promise<void> {
    const old = [...this.#open].filter(([, station]) => station.id === id);
    const [, station] = old[0] ?? [];
    if (station === undefined) return;
    for (const [terminal] of old) this.#open.delete(terminal);
    const openNew = vscode.l10n.t('Open New Terminal');
    const chosen = await showWarning(
      vscode.l10n.t(
        'The open terminal of {0} still has its old key: runs that are pushed from it are refused.',
        station.name,
      ),
      openNew,
    );
    if (chosen === openNew) await this.open({ station });
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** The selected virtual environment as if it were activated, and the module that Python loads at its start. */
  async #pythonEnvironment(folder: vscode.Uri | undefined): Promise<Record<string, string>> {
    const modules = await startupModules(this.#places.runner, this.#places.storage);
    const before = process.env['PYTHONPATH'];
    const environment = { PYTHONPATH: before ? `${modules}${delimiter}${before}` : modules };
    const { command } = await interpreterFor(folder ?? vscode.Uri.file(this.#places.storage), this.#log);
    const root = dirname(dirname(command[0] ?? ''));
    if (!(await exists(join(root, 'pyvenv.cfg')))) return environment;
    const path = [dirname(command[0] ?? ''), process.env['PATH'] ?? ''].join(delimiter);
    return { ...environment, PATH: path, VIRTUAL_ENV: root };
  }
}

/** The folder of the script in the editor, where `python main.py` finds it, or the first one of the workspace. */
function workFolder(): vscode.Uri | undefined {
  const active = vscode.window.activeTextEditor?.document;
  if (active?.languageId === 'python' && active.uri.scheme === 'file') return vscode.Uri.joinPath(active.uri, '..');
  return vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
