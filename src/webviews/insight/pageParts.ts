import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import { type AnalyticsSplit, analyticsSplit } from '../../shared/contract/analytics.ts';
import {
  insightDays,
  type MeasurementStatistics,
  type ProcedureStatistics,
} from '../../shared/contract/insightView.ts';
import { iconButton } from '../shared/icons.ts';
import { questionOf, send } from './host.ts';
import type { View } from './view.ts';
import { splitTitle } from './words.ts';

import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';

/** Only a server that computes statistics has the calendars of stations. */
const splitsOf = ({ left_out }: Pick<ProcedureStatistics, 'left_out'>): AnalyticsSplit[] =>
  analyticsSplit.options.filter((split) => split !== 'shift' || left_out === null);

export function tools(view: View, shown: ProcedureStatistics | MeasurementStatistics): unknown {
  const { days, split_by } = view.chosen;
  const splits = splitsOf(shown);
  return html`
    <div class="tools">
      <div class="ranges" role="group" aria-label=${l10n.t('Time range')}>
        ${[...insightDays, null].map(
          (count) => html`
            <button type="button" aria-pressed=${count === days} @click=${() => view.ask({ days: count })}>
              ${count === null ? l10n.t('All') : l10n.t('{0} days', count)}
            </button>
          `,
        )}
      </div>
      <vscode-single-select
        label=${l10n.t('Split')}
        .value=${split_by}
        @change=${({ target }: Event & { target: HTMLSelectElement }) =>
          view.ask({ split_by: splits.find((split) => split === target.value) ?? 'station', group: null })}
      >
        ${splits.map((split) => html`<vscode-option value=${split}>${splitTitle(split)}</vscode-option>`)}
      </vscode-single-select>
      ${iconButton('export', l10n.t('Export…'), () => send({ type: 'export', question: questionOf(view.chosen) }))}
      ${iconButton('refresh', l10n.t('Refresh'), () => send({ type: 'refresh' }))}
    </div>
  `;
}

export const emptyPage = (view: View, nothingIn: (days: number) => string, nothingYet: string): unknown => html`
  <main class="empty">
    ${
      view.chosen.days === null
        ? html`<p>${nothingYet}</p>`
        : html`
            <p>${nothingIn(view.chosen.days)}</p>
            <vscode-button @click=${() => view.ask({ days: null })}>${l10n.t('Show all runs')}</vscode-button>
          `
    }
  </main>
`;
