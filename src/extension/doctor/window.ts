import { release, type } from 'node:os';
import * as vscode from 'vscode';
import * as z from 'zod';
import { extensionVersion, type LogProblem } from '../vscode/log.ts';
import type { Fact, SectionContent } from './report.ts';

export function windowSection(context: vscode.ExtensionContext): SectionContent {
  const { uiKind, appName, language, remoteName } = vscode.env;
  return {
    facts: [
      ['Written', new Date().toISOString()],
      ['Extension', extensionVersion(context)],
      ['VS Code', `${vscode.version} (${appName})`],
      ['Node', process.versions.node],
      ['Operating system', `${type()} ${release()}, ${process.platform} ${process.arch}`],
      ['Window', uiKind === vscode.UIKind.Web ? 'web' : 'desktop'],
      ['Remote', remoteName ?? 'none'],
      ['Language', language],
      ['Folders', String(vscode.workspace.workspaceFolders?.length ?? 0)],
      ['Workspace trusted', vscode.workspace.isTrusted ? 'yes' : 'no'],
    ],
  };
}

const manifest = z.object({
  contributes: z.object({ configuration: z.object({ properties: z.record(z.string(), z.unknown()) }) }),
});

export function settingsSection(context: vscode.ExtensionContext): SectionContent {
  const { properties } = manifest.parse(context.extension.packageJSON).contributes.configuration;
  const facts = Object.keys(properties).flatMap((name): Fact[] => {
    const { globalValue, workspaceValue, workspaceFolderValue } =
      vscode.workspace.getConfiguration().inspect(name) ?? {};
    const levels = { user: globalValue, workspace: workspaceValue, folder: workspaceFolderValue };
    return Object.entries(levels)
      .filter(([, value]) => value !== undefined)
      .map(([level, value]) => [`${name} (${level})`, JSON.stringify(value)]);
  });
  return { facts: facts.length > 0 ? facts : [['All', 'default']] };
}

export function problemsSection(problems: readonly LogProblem[]): SectionContent {
  const text = problems.map((each) => `${each.time.toISOString()} [${each.level}] ${each.text}`).join('\n');
  return { facts: [['Count', String(problems.length)]], ...(text && { quote: { title: 'Oldest first', text } }) };
}
