import * as vscode from 'vscode';
import * as z from 'zod';

/** The one output channel. No key is ever written to it: callers log what happened to what, not with which key. */
export type Log = vscode.LogOutputChannel;

export function createLog(context: vscode.ExtensionContext): Log {
  const log = vscode.window.createOutputChannel('Test Stations', { log: true });
  log.info(
    `Test Stations ${extensionVersion(context)}, VS Code ${vscode.version}, ${process.platform} ${process.arch}, Node ${process.versions.node}` +
      (vscode.env.remoteName === undefined ? '' : `, remote ${vscode.env.remoteName}`),
  );
  return log;
}

export const extensionVersion = (context: vscode.ExtensionContext): string =>
  z.object({ version: z.string() }).parse(context.extension.packageJSON).version;
