import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Study, StudyTrial, StudyValue } from '../../shared/contract/studies.ts';
import { outcomeMark } from '../shared/icons.ts';
import { figure } from '../shared/numbers.ts';
import { send } from './host.ts';
import { startedText, trialNames } from './words.ts';

/** All runs of the study in their order. */
export function runsTable(study: Study): unknown {
  const names = ['#', l10n.t('Part'), l10n.t('Appraiser'), l10n.t('Trial'), l10n.t('Outcome')];
  names.push(...study.measurements.map(({ measurement_name }) => measurement_name), l10n.t('Started'));
  return html`
    <section>
      <h2>${l10n.t('Runs of the study')}</h2>
      <div class="scroller runs" tabindex="0" role="region" aria-label=${l10n.t('Runs of the study')}>
        <table>
          <thead>
            <tr>
              ${names.map((name) => html`<th scope="col">${name}</th>`)}
              <th scope="col"><span class="only-spoken">${l10n.t('Actions')}</span></th>
            </tr>
          </thead>
          <tbody>
            ${study.plan.map((trial) => row(study, trial))}
          </tbody>
        </table>
      </div>
    </section>
  `;
}

function row(study: Study, trial: StudyTrial): unknown {
  const { position, part, appraiser, run, discarded } = trial;
  const name = trialNames(study, trial);
  return html`
    <tr aria-current=${position === study.next ? 'true' : nothing}>
      <th scope="row">${position}</th>
      <td>${study.parts[part]?.serial_number}</td>
      <td>${study.appraisers[appraiser]?.name}</td>
      <td>${trial.trial}</td>
      <td>${run === null ? nothing : outcomeMark(run.outcome)}</td>
      ${study.measurements.map((_, index) => html`<td>${valueText(run?.values[index])}</td>`)}
      <td>
        ${
          run === null
            ? nothing
            : html`<button type="button" class="link" @click=${() => send({ type: 'openRun', run: run.id })}>
                ${startedText(run.started_at)}
              </button>`
        }
      </td>
      <td>
        ${
          run === null
            ? nothing
            : html`<button
                type="button"
                class="link"
                aria-label=${`${l10n.t('Repeat')} ${name}`}
                @click=${() => send({ type: 'repeat', position })}
              >
                ${l10n.t('Repeat')}
              </button>`
        }
        <button
          type="button"
          class="link"
          aria-label=${`${l10n.t('Choose…')} ${name}`}
          @click=${() => send({ type: 'chooseRun', position })}
        >
          ${l10n.t('Choose…')}
        </button>
        ${discarded.map(
          ({ id, outcome }) =>
            html`<span class="discarded">
              ${l10n.t('not counted: {0}', outcome)}
              <button
                type="button"
                class="link"
                aria-label=${`${l10n.t('Release')} ${name}`}
                title=${l10n.t('Makes it an ordinary run again, which counts in statistics')}
                @click=${() => send({ type: 'release', run: id })}
              >
                ${l10n.t('Release')}
              </button>
            </span>`,
        )}
      </td>
    </tr>
  `;
}

function valueText(found: StudyValue | undefined): unknown {
  if (found === undefined) return nothing;
  const { value, count, units } = found;
  if (typeof value === 'number') return figure(value, units);
  if (value !== null) return String(value);
  return html`<span class="note">${count === 0 ? l10n.t('no value') : l10n.t('{0} values', count)}</span>`;
}
