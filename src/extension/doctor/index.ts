import { homedir, hostname, userInfo } from 'node:os';
import * as vscode from 'vscode';
import type { Services } from '../connection/services.ts';
import { showDone } from '../vscode/messages.ts';
import { TextPage } from '../vscode/textPage.ts';
import { pythonSection, type PythonState } from './python.ts';
import { redact } from './redact.ts';
import { section, toMarkdown } from './report.ts';
import { examineServer } from './server.ts';
import { stationsSection } from './stations.ts';
import { problemsSection, settingsSection, windowSection } from './window.ts';

const sectionTimeoutMs = 10_000;

const introduction =
  'Read this report before you send it. Keys, the home directory, user and machine names, and serial numbers are left out.';

/**
 * Registers the Doctor: a page that says what is wrong and what to do, with the details that a bug report needs. It is
 * read-only, so closing it asks nothing. It starts no server and changes no data.
 */
export function registerDoctor(services: Services, python: () => Promise<PythonState>): vscode.Disposable {
  const { commands } = services;
  const page = new TextPage('test-stations-doctor', 'Test Stations Doctor.md');
  const title = vscode.l10n.t('Examining Test Stations');
  commands.register('doctor', async () => {
    const report = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
      examine(services, python),
    );
    await page.show(report);
  });
  commands.register('copyDoctorReport', async () => {
    await vscode.env.clipboard.writeText(page.text);
    showDone(vscode.l10n.t('The Doctor report is in the clipboard.'));
  });
  return page;
}

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
