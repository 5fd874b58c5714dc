import * as vscode from 'vscode';

/** The one output channel. No key is ever written to it: callers log what happened to what, not with which key. */
export type Log = vscode.LogOutputChannel;

export function createLog(context: vscode.ExtensionContext): Log {
  const log = vscode.window.createOutputChannel('Test Stations', { log: true });
  const { version } = context.extension.packageJSON as { version: string };
  log.info(
    `Test Stations ${version}, VS Code ${vscode.version}, ${process.platform} ${process.arch}, Node ${process.versions.node}` +
      (vscode.env.remoteName === undefined ? '' : `, remote ${vscode.env.remoteName}`),
  );
  return log;
}
