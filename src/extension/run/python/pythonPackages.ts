import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { environmentWithoutKeys } from '../../vscode/environment.ts';
import type { Log } from '../../vscode/log.ts';
import { folderOf } from '../../vscode/scriptFile.ts';
import { UserError } from '../../vscode/userError.ts';
import { type Interpreter, interpreterFor, pythonOf, useInterpreter } from './interpreter.ts';

export const scriptPackages: readonly string[] = ['openhtf', 'tofupilot'];

/** Returns the packages to install for a module that is missing; undefined if it is none of a test framework. */
export function packagesFor(missingModule: string | null): readonly string[] | undefined {
  const [name = ''] = missingModule?.split('.') ?? [];
  if (scriptPackages.includes(name)) return scriptPackages;
  return name === 'pytest' ? ['pytest'] : name === 'robot' ? ['robotframework'] : undefined;
}

/**
 * Creates `.venv` in the script's folder, installs the packages, and makes it the script's
 * interpreter. It is created with the interpreter of the failed run, so that the versions fit.
 * @throws UserError with the last line that Python printed
 */
export async function installPackages(
  script: vscode.Uri,
  interpreter: Interpreter,
  packages: readonly string[],
  log: Log,
): Promise<void> {
  const environment = join(folderOf(script), '.venv');
  await prepareEnvironment(interpreter, environment, packages, packages.join(', '), log);
  await useInterpreter(pythonOf(environment), script, log);
}

/**
 * Creates the environment with which the TofuPilot program runs a procedure, with the interpreter of scripts, and installs what
 * `requirements.txt` beside it names.
 * @throws UserError with the last line that Python printed
 */
export async function createEnvironment(script: vscode.Uri, environment: string, log: Log): Promise<void> {
  const interpreter = await interpreterFor(script, log);
  const requirements = join(dirname(environment), 'requirements.txt');
  const packages = existsSync(requirements) ? ['-r', requirements] : [];
  await prepareEnvironment(interpreter, environment, packages, requirements, log);
}

/** @param packages the arguments for `pip install` */
async function prepareEnvironment(
  { command }: Interpreter,
  environment: string,
  packages: readonly string[],
  packageNames: string,
  log: Log,
): Promise<void> {
  const pip = [pythonOf(environment), '-m', 'pip', 'install', '--disable-pip-version-check'];
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Preparing Python'), cancellable: true },
    async (progress, token) => {
      progress.report({ message: vscode.l10n.t('making {0}', environment) });
      await execute([...command, '-m', 'venv', environment], dirname(environment), log, token);
      if (packages.length === 0) return;
      progress.report({ message: vscode.l10n.t('installing {0}', packageNames) });
      await execute([...pip, ...packages], dirname(environment), log, token);
    },
  );
}

async function execute(
  [program = '', ...args]: readonly string[],
  cwd: string,
  log: Log,
  token: vscode.CancellationToken,
): Promise<void> {
  const child = spawn(program, args, {
    cwd,
    env: environmentWithoutKeys(),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const cancelled = token.onCancellationRequested(() => child.kill());
  let last = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log.info(text.trimEnd());
      last = text.trim().split('\n').at(-1) ?? last;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  cancelled.dispose();
  if (token.isCancellationRequested) throw new vscode.CancellationError();
  if (code !== 0) throw new UserError(vscode.l10n.t('Python could not be prepared: {0}', last || `exit code ${code}`));
}
