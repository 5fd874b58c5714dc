import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { isKey } from '../../vscode/environment.ts';
import { UserError } from '../../vscode/userError.ts';
import { modeEnvironment, type RunPlan } from './runPlan.ts';

export const debugType = 'debugpy';
const debuggerExtension = 'ms-python.debugpy';

/** @throws UserError when no extension of this VS Code debugs Python */
export function requireDebugger(): void {
  const contributes = z.object({ contributes: z.object({ debuggers: z.array(z.object({ type: z.string() })) }) });
  for (const { packageJSON } of vscode.extensions.all) {
    const { data } = contributes.safeParse(packageJSON);
    if (data?.contributes.debuggers.some(({ type }) => type === debugType)) return;
  }
  throw new UserError(vscode.l10n.t('Python debugging needs the Python Debugger extension. Nothing was run.'), [
    {
      label: vscode.l10n.t('Install'),
      run: () => vscode.commands.executeCommand('workbench.extensions.installExtension', debuggerExtension),
    },
  ]);
}

/**
 * What the debugger is told, without keys.
 * @param channel environment that leads the runner to its channel
 * @param id names the session
 */
export function debugConfiguration(
  plan: RunPlan,
  channel: Readonly<Record<string, string>>,
  id: string,
): vscode.DebugConfiguration {
  const [python = '', ...pythonArgs] = plan.python;
  const open = Object.entries(plan.env).filter(([name]) => !isKey(name));
  // Keys of this process must not reach the script: null takes a variable away.
  const closed = Object.keys(process.env).filter(isKey);
  return {
    type: debugType,
    request: 'launch',
    name: basename(plan.script),
    program: plan.runner,
    args: [plan.script, ...plan.args],
    cwd: plan.cwd,
    python,
    pythonArgs,
    env: {
      ...Object.fromEntries(closed.map((name) => [name, null])),
      ...Object.fromEntries(open),
      ...modeEnvironment(plan),
      ...channel,
    },
    console: 'internalConsole',
    internalConsoleOptions: 'neverOpen',
    redirectOutput: true,
    justMyCode: true,
    rules: [{ path: join(dirname(plan.runner), '**'), include: false }],
    testStationsRun: id,
  };
}

/** Whether the session, or the one of a process that the script has started, was begun with this id. */
export const hasId = ({ configuration }: vscode.DebugSession, id: string): boolean =>
  configuration['testStationsRun'] === id;
