import * as vscode from 'vscode';
import * as z from 'zod';

export interface LogProblem {
  readonly time: Date;
  readonly level: 'warning' | 'error';
  readonly text: string;
}

const maxProblems = 50;

/** The output channel of the extension. Callers must never log a key. */
export class Log implements vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel('Test Stations', { log: true });
  #problems: readonly LogProblem[] = [];

  get problems(): readonly LogProblem[] {
    return this.#problems;
  }

  trace(message: string): void {
    this.#channel.trace(message);
  }

  debug(message: string): void {
    this.#channel.debug(message);
  }

  info(message: string): void {
    this.#channel.info(message);
  }

  warn(message: string): void {
    this.#channel.warn(message);
    this.#remember('warning', message);
  }

  error(error: string | Error): void {
    this.#channel.error(error);
    this.#remember('error', typeof error === 'string' ? error : (error.stack ?? String(error)));
  }

  show(): void {
    this.#channel.show();
  }

  dispose(): void {
    this.#channel.dispose();
  }

  #remember(level: LogProblem['level'], text: string): void {
    this.#problems = [...this.#problems, { time: new Date(), level, text }].slice(-maxProblems);
  }
}

export function createLog(context: vscode.ExtensionContext): Log {
  const log = new Log();
  log.info(
    `Test Stations ${extensionVersion(context)}, VS Code ${vscode.version}, ${process.platform} ${process.arch}, Node ${process.versions.node}` +
      (vscode.env.remoteName === undefined ? '' : `, remote ${vscode.env.remoteName}`),
  );
  return log;
}

export const extensionVersion = (context: vscode.ExtensionContext): string =>
  z.object({ version: z.string() }).parse(context.extension.packageJSON).version;
