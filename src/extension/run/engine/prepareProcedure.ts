import { dirname } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { pendingUploadEntry } from '../../../shared/contract/pendingUpload.ts';
import { slotVariable } from '../../../shared/contract/runner.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { readProcedure } from '../../../shared/procedure/readProcedure.ts';
import type { StationAccess } from '../../connection/connection.ts';
import type { Log } from '../../vscode/log.ts';
import { setting, settingRemedy } from '../../vscode/settings.ts';
import { UserError } from '../../vscode/userError.ts';
import { launchEnvironment } from '../kinds/launchEnvironment.ts';
import type { PreparedTest } from '../kinds/testKind.ts';
import { createEnvironment } from '../python/pythonPackages.ts';
import type { RunDependencies } from '../runDependencies.ts';
import type { RunSession } from '../runSession.ts';
import { findEngine } from './engineProgram.ts';
import { freePort } from './freePort.ts';
import { findEnvironment, hasModule } from './procedureEnvironment.ts';
import type { ResultPlace } from './saveResult.ts';
import { startProcedure } from './startProcedure.ts';

const installPage = 'https://github.com/tofupilot/cli/releases';

/** @throws UserError when the program, the environment or what debugging takes is missing, or the run is a partial one */
export async function prepareProcedure(dependencies: RunDependencies, run: RunSession): Promise<PreparedTest> {
  if (run.choice !== undefined) {
    throw new UserError(
      vscode.l10n.t('TofuPilot runs a procedure as a whole. Run {0} without choosing phases.', run.name),
    );
  }
  const { fsPath } = run.script;
  const folder = dirname(fsPath);
  const { path: program, version } = await requireEngine(run.script);
  const python = requireEnvironment(run.script, folder, dependencies.log);
  if (run.mode === 'debug') await requireDebugpy(python);
  const document = await vscode.workspace.openTextDocument(run.script);
  const declared = readProcedure(document.getText(), fsPath);
  if (declared === undefined) throw new UserError(vscode.l10n.t('{0} has no phases.', run.name));
  const asksSerialNumber = run.serialNumber !== undefined || setting('serialNumber', run.script) !== 'script';
  if (asksSerialNumber && declared.identifiesItself) {
    throw new UserError(
      vscode.l10n.t(
        '{0} takes its serial number from the file (auto_identify), so that no other can be given. Remove auto_identify, or let the script choose the serial number.',
        run.name,
      ),
      [settingRemedy('serialNumber')],
    );
  }
  const env = await launchEnvironment(run.script);
  return {
    program: `${program} ${version} (TofuPilot)`,
    cwd: folder,
    start: async (station, listener, testRun) => {
      const debugPort = run.mode === 'debug' ? await freePort() : undefined;
      const place = station && (await placeOf(dependencies, run, station));
      return startProcedure(
        {
          mode: run.mode,
          program,
          procedure: folder,
          cwd: folder,
          env: { ...env, [slotVariable]: String(run.slot.number) },
          declared,
          asksSerialNumber,
          place,
          storage: dependencies.storagePath,
          debugPort,
          onDebuggerWaits: () => void attachDebugger(run.script, debugPort ?? 0, testRun),
        },
        listener,
        (error) => cannotStart(program, error),
      );
    },
    remedyOf: () => undefined,
  };
}

async function requireEngine(script: vscode.Uri): Promise<{ path: string; version: string }> {
  const configured = setting('tofupilotPath', script) || 'tofupilot';
  const found = await findEngine(configured);
  if ('path' in found) return found;
  const install = {
    label: vscode.l10n.t('Open Install Page'),
    run: () => vscode.env.openExternal(vscode.Uri.parse(installPage, true)),
  };
  const settings = settingRemedy('tofupilotPath');
  switch (found.kind) {
    case 'missing':
      throw new UserError(
        vscode.l10n.t(
          'Running a procedure needs TofuPilot’s command line program, which was not found as {0}. Install it, then run the procedure again.',
          configured,
        ),
        [install, settings],
      );
    case 'old':
      throw new UserError(
        vscode.l10n.t(
          'Version {0} of the tofupilot program is too old: procedures need 1.4 or later. Update it.',
          found.version,
        ),
        [install, settings],
      );
    case 'foreign':
      throw new UserError(
        vscode.l10n.t('{0} is not TofuPilot’s command line program. It answered: {1}', configured, found.answer),
        [settings, install],
      );
  }
}

function requireEnvironment(script: vscode.Uri, folder: string, log: Log): string {
  const { folder: environment, python } = findEnvironment(folder);
  if (python !== null) return python;
  throw new UserError(
    vscode.l10n.t('TofuPilot runs a procedure with the Python environment {0}, which does not exist.', environment),
    [
      {
        label: vscode.l10n.t('Create Environment'),
        run: () => createEnvironment(script, environment, log),
      },
    ],
  );
}

async function requireDebugpy(python: string): Promise<void> {
  if (await hasModule(python, 'debugpy')) return;
  throw new UserError(
    vscode.l10n.t(
      'Debugging a procedure needs the package debugpy in its environment. Run “{0} -m pip install debugpy”.',
      python,
    ),
  );
}

const placeSchema = z.string().transform((text, context) => {
  const place = pendingUploadEntry.shape.place.safeParse(JSON.parse(text));
  if (place.success) return place.data;
  context.addIssue('The place of pending uploads is invalid.');
  return z.NEVER;
});

async function placeOf({ uploads }: RunDependencies, run: RunSession, access: StationAccess): Promise<ResultPlace> {
  const { folder, place } = await uploads.environmentFor(access, run);
  return { folder, place: placeSchema.parse(place), script: run.script.fsPath };
}

async function attachDebugger(script: vscode.Uri, port: number, testRun: vscode.TestRun): Promise<void> {
  const configuration = {
    type: 'debugpy',
    request: 'attach',
    name: vscode.l10n.t('Debug {0}', vscode.workspace.asRelativePath(script)),
    connect: { host: '127.0.0.1', port },
    justMyCode: true,
  };
  const options = { testRun, suppressSaveBeforeStart: true };
  await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(script), configuration, options);
}

function cannotStart(program: string, error: unknown): UserError {
  return new UserError(
    vscode.l10n.t('{0} could not be started: {1}', program, messageOf(error)),
    [settingRemedy('tofupilotPath')],
    { cause: error },
  );
}
