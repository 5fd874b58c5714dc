import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { UnitRun } from '../../shared/contract/unitPage.ts';
import { formatIsoDuration } from '../../shared/run/timeline.ts';
import { language } from '../shared/element.ts';
import { icon, outcomeMark } from '../shared/icons.ts';
import { tableHead } from '../shared/pageParts.ts';
import { send, viewState } from './host.ts';

const maxNames = 3;

export function runsSection(runs: readonly UnitRun[], hasMore: boolean, onMark: () => void): unknown {
  if (runs.length === 0) {
    return html`<section>
      <h2>${l10n.t('Runs')}</h2>
      <p class="note">${l10n.t('The unit has no run.')}</p>
    </section>`;
  }
  const passed = runs.filter(({ outcome }) => outcome === 'PASS').length;
  const count = runs.length.toLocaleString(language());
  const marked = runs.filter(({ id }) => viewState.value.marked.includes(id)).map(({ id }) => id);
  return html`
    <section aria-labelledby="runs">
      <div class="section-head">
        <h2 id="runs">${l10n.t('Runs')}</h2>
        <span class="note"
          >${
            hasMore
              ? l10n.t('{0} of the newest {1} passed', passed.toLocaleString(language()), count)
              : l10n.t('{0} of {1} passed', passed.toLocaleString(language()), count)
          }</span
        >
        ${runs.length > 1 ? compareButton(marked) : nothing}
      </div>
      <div class="scroller" tabindex="0" role="region" aria-label=${l10n.t('Runs of the unit')}>
        <table>
          ${tableHead([html`<span class="only-spoken">${l10n.t('Compare')}</span>`, l10n.t('Outcome'), l10n.t('Started'), l10n.t('Procedure'), l10n.t('Failed measurements'), l10n.t('Station'), l10n.t('Duration'), l10n.t('Operator')])}
          <tbody>
            ${runs.map((run) => row(run, marked.includes(run.id), onMark))}
          </tbody>
        </table>
      </div>
      ${
        hasMore
          ? html`<button type="button" class="link more" @click=${() => send({ type: 'loadMore' })}>
              ${l10n.t('Load more runs')}
            </button>`
          : nothing
      }
    </section>
  `;
}

function row(run: UnitRun, isMarked: boolean, onMark: () => void): unknown {
  const open = (): void => send({ type: 'openRun', run: run.id });
  const started = new Date(run.started_at).toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'short' });
  return html`
    <tr data-outcome=${run.outcome} @click=${open}>
      <td @click=${(event: Event) => event.stopPropagation()}>
        <input
          type="checkbox"
          aria-label=${l10n.t('Compare the run of {0}', started)}
          .checked=${isMarked}
          @change=${() => {
            mark(run.id, !isMarked);
            onMark();
          }}
        />
      </td>
      <td>${outcomeMark(run.outcome)}</td>
      <th scope="row"><button type="button" class="link">${started}</button></th>
      <td>
        ${run.procedure} ${run.version === null ? nothing : html`<span class="note">${run.version}</span>`}
        ${run.gauge_study === null ? nothing : html`<span class="note" title=${run.gauge_study}>${l10n.t('gauge study')}</span>`}
      </td>
      <td>${failedText(run)}</td>
      <td>${run.station}</td>
      <td class="number">${formatIsoDuration(run.duration)}</td>
      <td>${run.operator}</td>
    </tr>
  `;
}

/** Marks a run; of more than two, the one that was marked first is released. */
function mark(run: string, isMarked: boolean): void {
  const others = viewState.value.marked.filter((each) => each !== run);
  viewState.save({ marked: isMarked ? [...others.slice(-1), run] : others });
}

function compareButton([one, other]: readonly string[]): unknown {
  const canCompare = one !== undefined && other !== undefined;
  return html`<button
    type="button"
    class="compare"
    ?disabled=${!canCompare}
    title=${canCompare ? nothing : l10n.t('Mark two runs first.')}
    @click=${() => canCompare && send({ type: 'compare', runs: [one, other] })}
  >
    ${icon('diff')} ${l10n.t('Compare Runs')}
  </button>`;
}

function failedText({ outcome, failed }: UnitRun): unknown {
  if (outcome === 'PASS' || failed === null) return nothing;
  if (failed.length === 0) return html`<span class="note">${l10n.t('none')}</span>`;
  const shown = failed.slice(0, maxNames).join(', ');
  const left = failed.length - maxNames;
  return left > 0 ? l10n.t('{0} and {1} more', shown, left) : shown;
}
