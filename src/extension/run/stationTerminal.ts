import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import type { StationName } from '../connection/stationStore.ts';
import { offer, showWarning } from '../vscode/messages.ts';
import { activeScript } from '../vscode/scriptFile.ts';
import { ensureSelectedStation, requireAccess } from './prepareRun.ts';
import { startupModules, stationEnvironment, trustEnvironment } from './process/scriptEnvironment.ts';
import { interpreterFor } from './python/interpreter.ts';
import type { RunDependencies } from './runDependencies.ts';

const stationNode = z.object({ station: z.object({ id: z.string(), name: z.string() }) });

export class StationTerminals implements vscode.Disposable {
  readonly #dependencies: RunDependencies;
  readonly #open = new Map<vscode.Terminal, StationName>();
  readonly #subscriptions: vscode.Disposable;

  constructor(dependencies: RunDependencies) {
    this.#dependencies = dependencies;
    this.#subscriptions = vscode.Disposable.from(
      vscode.window.onDidCloseTerminal((terminal) => this.#open.delete(terminal)),
      dependencies.connection.onDidChangeStationKey(
        (station) => void this.#warnOfOldKey(station).catch(dependencies.report),
      ),
    );
  }

  /**
   * @param argument a node of the Stations view; anything else means the selected station
   * @throws UserError without a valid key, or without a Python
   */
  async open(argument: unknown): Promise<void> {
    const station =
      stationNode.safeParse(argument).data?.station ?? (await ensureSelectedStation(this.#dependencies.store));
    const { name } = station;
    const { url, key, trust } = await requireAccess(this.#dependencies.connection, station);
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
        ...(await trustEnvironment(this.#dependencies.storagePath, trust)),
        ...(await this.#pythonEnvironment(folder)),
      },
    });
    this.#open.set(terminal, station);
    terminal.show();
  }

  /** A terminal that was opened before keeps the station's old key in its environment. */
  async #warnOfOldKey(id: string): Promise<void> {
    const old = [...this.#open].filter(([, station]) => station.id === id);
    const [, station] = old[0] ?? [];
    if (station === undefined) return;
    for (const [terminal] of old) this.#open.delete(terminal);
    await offer(
      showWarning,
      vscode.l10n.t(
        'The open terminal of {0} still has its old key: runs that are pushed from it are refused.',
        station.name,
      ),
      [{ label: vscode.l10n.t('Open New Terminal'), run: () => this.open({ station }) }],
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #pythonEnvironment(folder: vscode.Uri | undefined): Promise<Record<string, string>> {
    const modules = await startupModules(this.#dependencies.runnerFile, this.#dependencies.storagePath);
    const before = process.env['PYTHONPATH'];
    const environment = { PYTHONPATH: before ? `${modules}${delimiter}${before}` : modules };
    const { command } = await interpreterFor(
      folder ?? vscode.Uri.file(this.#dependencies.storagePath),
      this.#dependencies.log,
    );
    const root = dirname(dirname(command[0] ?? ''));
    if (!existsSync(join(root, 'pyvenv.cfg'))) return environment;
    const path = [dirname(command[0] ?? ''), process.env['PATH'] ?? ''].join(delimiter);
    return { ...environment, PATH: path, VIRTUAL_ENV: root };
  }
}

/** The folder of the script in the editor, where `python main.py` finds it, or the first one of the workspace. */
function workFolder(): vscode.Uri | undefined {
  const script = activeScript();
  if (script !== undefined) return vscode.Uri.joinPath(script, '..');
  return vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
}
