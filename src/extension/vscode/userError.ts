import * as vscode from 'vscode';

export interface Remedy {
  readonly label: string;
  readonly run: () => unknown;
}

/** @param command the command's id without the prefix `testStations.` */
export const commandRemedy = (label: string, command: string, argument?: unknown): Remedy => ({
  label,
  run: () => vscode.commands.executeCommand(`testStations.${command}`, argument),
});

export interface WithRemedies {
  readonly remedies: readonly Remedy[];
}

export const hasRemedies = (error: unknown): error is WithRemedies =>
  error instanceof Error && 'remedies' in error && Array.isArray(error.remedies);

export class UserError extends Error implements WithRemedies {
  override readonly name = 'UserError';
  readonly remedies: readonly Remedy[];

  constructor(message: string, remedies: readonly Remedy[] = [], options?: ErrorOptions) {
    super(message, options);
    this.remedies = remedies;
  }
}
