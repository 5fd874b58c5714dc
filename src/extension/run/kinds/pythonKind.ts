import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { runnerEnvironment, slotVariable } from '../../../shared/contract/runner.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { pythonFiles, robotFiles } from '../../../shared/script/testFiles.ts';
import type { StationAccess } from '../../connection/connection.ts';
import { folderOf, pathInFolder } from '../../vscode/scriptFile.ts';
import { setting, settingRemedy } from '../../vscode/settings.ts';
import { UserError } from '../../vscode/userError.ts';
import { DebuggedProcess } from '../process/debuggedProcess.ts';
import { RunnerProcess, type RunPlan } from '../process/runnerProcess.ts';
import { dryEnvironment, startupModules, stationEnvironment, trustEnvironment } from '../process/scriptEnvironment.ts';
import { type Interpreter, interpreterFor } from '../python/interpreter.ts';
import { installPackages, packagesFor } from '../python/pythonPackages.ts';
import type { RunDependencies } from '../runDependencies.ts';
import type { RunSession } from '../runSession.ts';
import { launchEnvironment } from './launchEnvironment.ts';
import type { PreparedTest, TestKind } from './testKind.ts';

/** What the Python runner runs; which of its kinds a file is, the runner decides by the same rules as the scan. */
export const pythonKind: TestKind = { files: pythonFiles, prepare: preparePython };

/** Robot Framework is a Python package, which the runner starts in its own process. */
export const robotKind: TestKind = { files: robotFiles, prepare: preparePython };

async function preparePython(dependencies: RunDependencies, run: RunSession): Promise<PreparedTest> {
  const { log, runnerFile, storagePath } = dependencies;
  const interpreter = await interpreterFor(run.script, log);
  const launch = await launchSettings(run.script);
  return {
    program: `${interpreter.command.join(' ')} (${interpreter.source})`,
    cwd: launch.cwd,
    start: async (station, listener, testRun) => {
      const plan: RunPlan = {
        mode: run.mode,
        python: interpreter.command,
        runner: runnerFile,
        script: run.script.fsPath,
        args: launch.args,
        cwd: launch.cwd,
        env: {
          ...launch.env,
          ...(run.choice === undefined ? {} : { [runnerEnvironment.phases]: JSON.stringify(run.choice) }),
          ...(run.serialNumber === undefined ? {} : { [runnerEnvironment.serialNumber]: 'ask' }),
          [slotVariable]: String(run.slot.number),
          [runnerEnvironment.bytecode]: join(storagePath, 'bytecode'),
          [runnerEnvironment.startup]: await startupModules(runnerFile, storagePath),
          ...(station === undefined ? dryEnvironment() : await environmentOf(dependencies, run, station)),
        },
      };
      try {
        return await (run.mode === 'debug'
          ? DebuggedProcess.start(plan, listener, testRun)
          : RunnerProcess.start(plan, listener));
      } catch (error) {
        throw cannotStart(interpreter, error);
      }
    },
    remedyOf: ({ missing_module: name }, runAgain) => {
      const packages = packagesFor(name);
      if (name === null || packages === undefined) return undefined;
      const python = interpreter.command.join(' ');
      const shown = packages.length === 1 ? (packages[0] ?? name) : name;
      return new UserError(vscode.l10n.t('{0} is not installed in {1}. Nothing was saved.', shown, python), [
        {
          label: vscode.l10n.t('Install into .venv and Use It'),
          run: async () => {
            await installPackages(run.script, interpreter, packages, log);
            await runAgain();
          },
        },
      ]);
    },
  };
}

interface LaunchSettings {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function launchSettings(script: vscode.Uri): Promise<LaunchSettings> {
  const folder = folderOf(script);
  const workingFolder = setting('workingFolder', script);
  const asks = setting('serialNumber', script) === 'script' ? {} : { [runnerEnvironment.serialNumber]: 'ask' };
  return {
    args: setting('arguments', script),
    cwd: workingFolder === '' ? dirname(script.fsPath) : pathInFolder(workingFolder, folder),
    env: { ...(await launchEnvironment(script)), ...asks },
  };
}

async function environmentOf(
  { storagePath, uploads }: RunDependencies,
  run: RunSession,
  access: StationAccess,
): Promise<Record<string, string>> {
  const pending = await uploads.environmentFor(access, run);
  return {
    ...stationEnvironment(access.url, access.key),
    ...(await trustEnvironment(storagePath, access.trust)),
    [runnerEnvironment.outbox]: pending.folder,
    [runnerEnvironment.place]: pending.place,
  };
}

function cannotStart({ command }: Interpreter, error: unknown): UserError {
  return new UserError(
    vscode.l10n.t('Python could not be started with {0}: {1}', command.join(' '), messageOf(error)),
    [settingRemedy('python')],
    { cause: error },
  );
}
