import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import * as z from 'zod';
import { environmentWithoutKeys } from '../../vscode/environment.ts';
import type { Log } from '../../vscode/log.ts';
import { folderOf } from '../../vscode/scriptFile.ts';
import { changeSetting, setting, settingRemedy } from '../../vscode/settings.ts';
import { UserError } from '../../vscode/userError.ts';

export interface Interpreter {
  readonly command: readonly string[];
  readonly source: string;
}

const functionOf = <T>(): z.ZodType<T> => z.custom<T>((value) => typeof value === 'function');

const environmentsApi = z.object({
  getEnvironment: functionOf<(scope: vscode.Uri) => Promise<unknown>>(),
});
const managedEnvironment = z.object({
  execInfo: z.object({ run: z.object({ executable: z.string(), args: z.array(z.string()).optional() }) }),
});

const pythonApi = z.object({
  environments: z.object({
    getActiveEnvironmentPath: functionOf<(resource: vscode.Uri) => { path: string }>(),
    resolveEnvironment: functionOf<(path: unknown) => Promise<unknown>>(),
    updateActiveEnvironmentPath: functionOf<(path: string, resource: vscode.Uri) => Promise<void>>().optional(),
  }),
});
const resolvedEnvironment = z.object({ executable: z.object({ uri: z.object({ fsPath: z.string() }) }) });

/**
 * Returns the interpreter for a script, from the first of: the setting, the Python environments extension, the Python
 * extension, `.venv` in the workspace folder, `python3` (`py -3` on Windows) on the path.
 * @throws UserError when there is none
 */
export async function interpreterFor(script: vscode.Uri, log: Log): Promise<Interpreter> {
  const configured = setting('python');
  if (configured !== '') return { command: [configured], source: 'testStations.python' };
  for (const source of [fromEnvironmentsExtension, fromPythonExtension, fromWorkspaceFolder, fromPath]) {
    try {
      const found = await source(script);
      if (found !== undefined) return found;
    } catch (error) {
      log.warn(`${source.name} gave no interpreter: ${String(error)}`); // another extension may be broken: try the next
    }
  }
  throw new UserError(
    vscode.l10n.t(
      'No Python was found to run the script with. Install Python 3.10 or later, or name one in the settings.',
    ),
    [settingRemedy('python')],
  );
}

async function fromEnvironmentsExtension(script: vscode.Uri): Promise<Interpreter | undefined> {
  const api = environmentsApi.safeParse(await activate('ms-python.vscode-python-envs')).data;
  const environment = managedEnvironment.safeParse(await api?.getEnvironment(script)).data;
  if (environment === undefined) return undefined;
  const { executable, args = [] } = environment.execInfo.run;
  return { command: [executable, ...args], source: 'Python Environments' };
}

async function fromPythonExtension(script: vscode.Uri): Promise<Interpreter | undefined> {
  const { environments } = pythonApi.safeParse(await activate('ms-python.python')).data ?? {};
  if (environments === undefined) return undefined;
  const active = environments.getActiveEnvironmentPath(script);
  const environment = resolvedEnvironment.safeParse(await environments.resolveEnvironment(active)).data;
  return environment && { command: [environment.executable.uri.fsPath], source: 'Python' };
}

async function activate(id: string): Promise<unknown> {
  return vscode.extensions.getExtension<unknown>(id)?.activate();
}

function fromWorkspaceFolder(script: vscode.Uri): Interpreter | undefined {
  const python = pythonOf(join(folderOf(script), '.venv'));
  return existsSync(python) ? { command: [python], source: '.venv' } : undefined;
}

async function fromPath(): Promise<Interpreter | undefined> {
  const candidates = process.platform === 'win32' ? [['py', '-3'], ['python']] : [['python3'], ['python']];
  for (const command of candidates) {
    const [program = '', ...args] = command;
    try {
      await promisify(execFile)(program, [...args, '-c', 'import sys; sys.exit(sys.version_info < (3, 10))'], {
        env: environmentWithoutKeys(),
      });
      return { command, source: 'PATH' };
    } catch {
      continue; // missing, or too old
    }
  }
  return undefined;
}

export const pythonOf = (environment: string): string =>
  process.platform === 'win32' ? join(environment, 'Scripts', 'python.exe') : join(environment, 'bin', 'python');

/** Makes this the script's interpreter: through the Python extension if it decides, otherwise by the setting. */
export async function useInterpreter(python: string, script: vscode.Uri, log: Log): Promise<void> {
  const { environments } = pythonApi.safeParse(await activate('ms-python.python')).data ?? {};
  await environments?.updateActiveEnvironmentPath?.(python, script);
  const { command } = await interpreterFor(script, log);
  if (!(await isSameFile(command[0] ?? '', python))) await changeSetting('python', python);
}

/** An interpreter may be spelled in several ways; that of a virtual environment is a link that must not be followed. */
async function isSameFile(one: string, other: string): Promise<boolean> {
  const folders = await Promise.all([one, other].map((file) => realpath(dirname(file)).catch(() => file)));
  return folders[0] === folders[1];
}
