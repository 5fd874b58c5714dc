import * as vscode from 'vscode';
import { ApiError, type ApiErrorKind } from '../client/apiError.ts';
import { commandRemedy, type Remedy, type WithRemedies } from '../vscode/userError.ts';

type ServerProblem = ApiErrorKind | 'signedOut';

export class ServerConnectionError extends ApiError implements WithRemedies {
  override readonly name = 'ServerConnectionError';
  readonly problem: ServerProblem;
  readonly remedies: readonly Remedy[];

  constructor(problem: ServerProblem, host: string, message: string, cause?: ApiError) {
    super(problem === 'signedOut' ? 'unauthorized' : problem, cause?.status ?? null, message, { cause });
    this.problem = problem;
    this.remedies = remediesOf(problem, host);
  }
}

export function serverConnectionErrorFrom(error: ApiError, host: string): ApiError {
  if (error instanceof ServerConnectionError) return error;
  const message = connectionMessage(error, host);
  return message === undefined ? error : new ServerConnectionError(error.kind, host, message, error);
}

function connectionMessage({ kind, status, message }: ApiError, host: string): string | undefined {
  switch (kind) {
    case 'offline':
      return vscode.l10n.t('{0} cannot be reached from this machine. Check the network and the address.', host);
    case 'interrupted':
      return vscode.l10n.t(
        'The connection to {0} dropped. The request may have succeeded; check before you repeat it.',
        host,
      );
    case 'untrusted':
      return vscode.l10n.t(
        'The identity of {0} could not be verified. {1} If the server belongs to your company, choose the file of its certificate authority.',
        host,
        message,
      );
    case 'forbidden':
      return vscode.l10n.t('{0} does not allow this to the user of your key. {1}', host, message);
    case 'unexpected':
      return status !== null && status >= 500
        ? vscode.l10n.t('{0} has failed with status {1}. Try again later.', host, status)
        : vscode.l10n.t(
            '{0} sent a response that this version of Test Stations does not understand. Check the address, and whether an update of the extension is available.',
            host,
          );
    default:
      return undefined;
  }
}

function remediesOf(problem: ServerProblem, host: string): Remedy[] {
  switch (problem) {
    case 'signedOut':
    case 'unauthorized':
      return [commandRemedy(vscode.l10n.t('Sign In'), 'signIn')];
    case 'untrusted':
      return [commandRemedy(vscode.l10n.t('Choose CA File'), 'chooseCaFile')];
    case 'forbidden':
      return [commandRemedy(vscode.l10n.t('Open {0}', host), 'openDashboard')];
    case 'offline':
    case 'unexpected':
      return [commandRemedy(vscode.l10n.t('Switch Server'), 'switchServer')];
    default:
      return [];
  }
}
