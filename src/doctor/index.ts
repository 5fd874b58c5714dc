import { homedir, hostname, userInfo } from 'node:os';
import * as vscode from 'vscode';
import { messageOf } from '../domain/messageOf.ts';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import type { Commands } from '../platform/commands.ts';
import type { Log } from '../platform/log.ts';
import { type ExaminedServer, examineLocalServer } from './localServer.ts';
import { redact } from './redact.ts';
import { examineRemoteServer } from './remoteServer.ts';
import { type Fact, section, type Section, toMarkdown, within } from './report.ts';
import { settingsSection, troublesSection, windowSection } from './window.ts';

/** The Python that a run would use. */
export interface PythonState {
  /** The program and its own arguments. */
  readonly command: readonly string[];
  /** Where the choice comes from. */
  readonly source: string;
  /** What it says of itself, with the versions of the packages that scripts need (null: not installed). */
  readonly inside:
    | {
        readonly executable: string;
        readonly version: string;
        readonly packages: Readonly<Record<string, string | null>>;
      }
    | { readonly failure: string };
}

/** Milliseconds after which a section of the report is given up. */
const patience = 10_000;

const introduction =
  'Read it before you send it. Keys, the home directory, the names of user and machine, and serial numbers are left out.';

/** The command that writes what a bug report needs. It starts nothing, and changes nothing. */
export function registerDoctor(
  commands: Commands,
  context: vscode.ExtensionContext,
  connection: Connection,
  store: StationStore,
  log: Log,
  python: () => Promise<PythonState>,
): void {
  commands.register('doctor', async () => {
    const title = vscode.l10n.t('Examining Test Stations');
    const content = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async () => {
      const server = serverOf(connection);
      const sections = await Promise.all([
        section('Window', patience, () => windowSection(context)),
        section('Python', patience, () => pythonSection(python)),
        section('Server', patience, async () => (await server).section),
        section('Stations', patience, async () => stationsSection(connection, store, await server)),
        section('Settings that differ from the default', patience, () => settingsSection(context)),
        section('Last warnings and errors of this window', patience, () => troublesSection(log.troubles)),
      ]);
      const identity = { home: homedir(), user: userInfo().username, host: hostname() };
      return redact(toMarkdown('Test Stations: Doctor', introduction, sections), identity);
    });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'markdown', content }));
  });
}

async function serverOf(connection: Connection): Promise<ExaminedServer> {
  const { remote } = connection;
  return remote === undefined ? examineLocalServer(connection.dataFolder) : examineRemoteServer(connection, remote);
}

/** In a folder that is not trusted nothing is started, and its own `.venv` least of all. */
async function pythonSection(python: () => Promise<PythonState>): Promise<Omit<Section, 'title'>> {
  if (!vscode.workspace.isTrusted) return { facts: [['Interpreter', 'not looked for: the workspace is not trusted']] };
  const { command, source, inside } = await python();
  const chosen: Fact[] = [
    ['Interpreter', command.join(' ')],
    ['Taken from', source],
  ];
  if ('failure' in inside) return { facts: [...chosen, ['Version', `not found out: ${inside.failure}`]] };
  const packages = Object.entries(inside.packages).map(([name, found]): Fact => [name, found ?? 'not installed']);
  return { facts: [...chosen, ['Executable', inside.executable], ['Version', inside.version], ...packages] };
}

/** What this window knows of the stations; only a server that is well is asked. */
async function stationsSection(
  connection: Connection,
  store: StationStore,
  { instance, answers }: ExaminedServer,
): Promise<Omit<Section, 'title'>> {
  if (answers) await within(patience / 2, () => store.refresh());
  const { stations, selected, error } = store;
  const facts: Fact[] = [
    ['Stations', stations === undefined ? 'never seen by this window' : `${stations.length}`],
    ['Selected', selected === undefined ? 'none' : `${selected.name} (${selected.id})`],
  ];
  if (selected !== undefined && instance !== undefined) {
    const held = await connection.keepsKey(instance, selected.id);
    facts.push(['Key of the selected station on this machine', held ? 'yes' : 'no']);
  }
  if (error !== undefined) facts.push(['Last refresh', messageOf(error)]);
  return { facts };
}
