import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { FailureCause, FailureKind } from '../../shared/contract/analytics.ts';
import type { ProcedureStatistics } from '../../shared/contract/insightView.ts';
import { cssPercent } from '../shared/element.ts';
import { countText, shareText } from '../shared/numbers.ts';
import { link } from '../shared/pageParts.ts';
import { send, viewState } from './host.ts';
import type { View } from './view.ts';

const firstRows = 10;

const kindWord = (kind: FailureKind): string =>
  ({
    measurement: l10n.t('Measurement'),
    phase_failure: l10n.t('Phase failed'),
    phase_error: l10n.t('Error in a phase'),
    run_failure: l10n.t('Failed outside of phases'),
    run_error: l10n.t('Error outside of phases'),
    timeout: l10n.t('Timeout'),
  })[kind];

export function failureList(view: View, { statistics, left_out }: ProcedureStatistics): unknown {
  const { failures, runs, procedure } = statistics;
  // Only a server that computes statistics finds runs by a measurement that failed.
  const source = left_out === null ? procedure : undefined;
  const first = failures.filter(({ first_runs }) => first_runs > 0).sort((a, b) => b.first_runs - a.first_runs);
  const total = first.reduce((sum, { first_runs }) => sum + first_runs, 0);
  const { hasAllFailures } = view.chosen;
  const rows = hasAllFailures ? first : first.slice(0, firstRows);
  return html`
    <section>
      <h2>${l10n.t('First failures')}</h2>
      <p class="note">
        ${total === 0 ? l10n.t('None of the {0} runs failed.', countText(runs)) : l10n.t('What failed first in each of {0} failed runs', countText(total))}
      </p>
      <ol class="failures">
        ${rows.map((cause) => failureRow(cause, total, first[0]?.first_runs ?? 1, source))}
      </ol>
      ${
        first.length > firstRows
          ? link(hasAllFailures ? l10n.t('Show fewer') : l10n.t('Show all {0}', first.length), () =>
              view.save({ hasAllFailures: !hasAllFailures }),
            )
          : nothing
      }
    </section>
  `;
}

type Procedure = ProcedureStatistics['statistics']['procedure'];

function failureRow(cause: FailureCause, total: number, most: number, procedure: Procedure | undefined): unknown {
  const { kind, phase_name, measurement_name, first_runs, first_units } = cause;
  const name = measurement_name ?? phase_name ?? kindWord(kind);
  const place = measurement_name === null ? (phase_name === null ? '' : kindWord(kind)) : (phase_name ?? '');
  return html`
    <li title=${l10n.t('{0} runs of {1} units', countText(first_runs), countText(first_units))}>
      <span class="bar" .style=${`width: ${cssPercent(first_runs / most)}`}></span>
      <span class="cause">
        ${
          phase_name !== null && measurement_name !== null
            ? link(name, () =>
                send({ type: 'openMeasurement', phase_name, measurement_name, days: viewState.value.days }),
              )
            : html`<span>${name}</span>`
        }
        <span class="note">${place}</span>
      </span>
      <span class="count">
        ${
          measurement_name !== null && procedure !== undefined
            ? link(
                countText(first_runs),
                () => send({ type: 'openFailedRuns', procedure, measurement_name, days: viewState.value.days }),
                { title: l10n.t('Show the runs in which {0} failed', measurement_name) },
              )
            : countText(first_runs)
        }
        <span class="note">${shareText(first_runs / total)}</span>
      </span>
    </li>
  `;
}
