import * as vscode from 'vscode';
import { analytics } from '../../shared/contract/analytics.ts';
import type { Answer, Operation } from '../../shared/contract/operation.ts';
import type { CallInput } from '../client/stationApi.ts';
import type { Connection } from '../connection/connection.ts';
import { commandRemedy, UserError } from '../vscode/userError.ts';

type AnalyticsOperation = (typeof analytics)[keyof typeof analytics];

/** Asks the connected server for statistics. */
export class AnalyticsSource {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  isAvailable(): Promise<boolean> {
    return this.#connection.can('analytics');
  }

  /** @throws UserError if the server computes no statistics; ApiError */
  async call<O extends Operation & AnalyticsOperation>(operation: O, input: CallInput<O>): Promise<Answer<O>> {
    if (!(await this.isAvailable())) {
      throw new UserError(
        vscode.l10n.t('{0} shows statistics on its own pages, not here.', this.#connection.serverName),
        [commandRemedy(vscode.l10n.t('Open Dashboard'), 'openDashboard')],
      );
    }
    return this.#connection.call(operation, input);
  }
}
