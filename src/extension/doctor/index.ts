import { homedir, hostname, userInfo } from 'node:os';
import * as vscode from 'vscode';
import type { Services } from '../connection/services.ts';
import { showDone } from '../vscode/messages.ts';
import { pythonSection, type PythonState } from './python.ts';
import { redact } from './redact.ts';
import { section, toMarkdown } from './report.ts';
import { examineServer } from './server.ts';
import { stationsSection } from './stations.ts';
import { problemsSection, settingsSection, windowSection } from './window.ts';

const sectionTimeoutMs = 10_000;

const introduction =
  'Read this report before you send it. Keys, the home directory, user and machine names, and serial numbers are left out.';

const scheme = 'test-stations-doctor';
const report = vscode.Uri.from({ scheme, path: '/Test Stations Doctor.md' });

/**
 * Registers the Doctor: a page that says what is wrong and what to do, with the details that a bug report needs. It is
 * read-only, so closing it asks nothing. It starts no server and changes no data.
 */
export function registerDoctor(services: Services, python: () => Promise<PythonState>): vscode.Disposable {
  const { commands } = services;
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const title = vscode.l10n.t('Examining Test Stations');
  let content = '';
  commands.register('doctor', async () => {
    content = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      examine(services, python),
    );
    changed.fire(report);
    const document = await vscode.workspace.openTextDocument(report);
    const viewColumn = columnOf(report) ?? vscode.ViewColumn.Active;
    await vscode.window.showTextDocument(document, { viewColumn, preview: false });
  });
  commands.register('copyDoctorReport', async () => {
    await vscode.env.clipboard.writeText(content);
    showDone(vscode.l10n.t('The Doctor report is in the clipboard.'));
  });
  const provider = { onDidChange: changed.event, provideTextDocumentContent: () => content };
  return vscode.Disposable.from(changed, vscode.workspace.registerTextDocumentContentProvider(scheme, provider));
}

const columnOf = (document: vscode.Uri): vscode.ViewColumn | undefined =>
  vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && input.uri.toString() === document.toString()),
  )?.viewColumn;

async function examine(
  { context, connection, store, log }: Services,
  python: () => Promise<PythonState>,
): Promise<string> {
  const server = examineServer(connection);
  const sections = await Promise.all([
    section('Window', sectionTimeoutMs, () => windowSection(context)),
    section('Python', sectionTimeoutMs, () => pythonSection(vscode.workspace.isTrusted, python)),
    section('Server', sectionTimeoutMs, async () => (await server).section),
    section('Stations', sectionTimeoutMs, async () => stationsSection(connection, store, await server)),
    section('Settings that differ from the default', sectionTimeoutMs, () => settingsSection(context)),
    section('Last warnings and errors of this window', sectionTimeoutMs, () => problemsSection(log.problems)),
  ]);
  const identity = { home: homedir(), user: userInfo().username, host: hostname() };
  return redact(toMarkdown('Test Stations: Doctor', introduction, sections), identity);
}
