import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit';
import { overview, type StationSummary } from '../../shared/contract/overview.ts';
import { stations } from '../../shared/contract/stations.ts';
import { icon } from '../shared/outcome.ts';
import { call, RefusedError } from './server.ts';

/**
 * Returns the id of the key's station, or all stations of a user key.
 * @throws RefusedError
 */
export async function stationsOf(key: string): Promise<string | readonly StationSummary[]> {
  try {
    return (await call(overview.list, key)).data;
  } catch (error) {
    if (!(error instanceof RefusedError && error.status === 403)) throw error;
    return (await call(stations.getCurrent, key)).id;
  }
}

export const stationChoice = (list: readonly StationSummary[]): TemplateResult => html`
  <main class="station-choice">
    <h1>${icon('circuit-board')} ${l10n.t('Which station?')}</h1>
    <ul>
      ${list.map(({ id, name }) => html`<li><a class="large" href=${`#${id}`}>${name}</a></li>`)}
    </ul>
  </main>
`;
