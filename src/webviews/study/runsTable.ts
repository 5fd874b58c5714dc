import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Study, StudyTrial, StudyValue } from '../../shared/contract/studies.ts';
import { outcomeMark } from '../shared/icons.ts';
import { figure } from '../shared/numbers.ts';
import { link, tableHead } from '../shared/pageParts.ts';
import { send } from './host.ts';
import { startedText, trialNames } from './words.ts';

export function runsTable(study: Study): unknown {
  const names = ['#', l10n.t('Part'), l10n.t('Appraiser'), l10n.t('Trial'), l10n.t('Outcome')];
  names.push(...study.measurements.map(({ measurement_name }) => measurement_name), l10n.t('Started'));
  return html`
    <section>
      <h2>${l10n.t('Runs of the study')}</h2>
      <div class="scroller runs" tabindex="0" role="region" aria-label=${l10n.t('Runs of the study')}>
        <table>
          ${tableHead([...names, html`<span class="only-spoken">${l10n.t('Actions')}</span>`])}
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
  const action = (text: string, act: () => void, title?: string): unknown =>
    link(text, act, { label: `${text} ${trialNames(study, trial)}`, ...(title === undefined ? {} : { title }) });
  return html`
    <tr aria-current=${position === study.next ? 'true' : nothing}>
      <th scope="row">${position}</th>
      <td>${study.parts[part]?.serial_number}</td>
      <td>${study.appraisers[appraiser]?.name}</td>
      <td>${trial.trial}</td>
      <td>${run === null ? nothing : outcomeMark(run.outcome)}</td>
      ${study.measurements.map((_, index) => html`<td>${valueText(run?.values[index])}</td>`)}
      <td>
        ${run === null ? nothing : link(startedText(run.started_at), () => send({ type: 'openRun', run: run.id }))}
      </td>
      <td>
        ${run === null ? nothing : action(l10n.t('Repeat'), () => send({ type: 'repeat', position }))}
        ${action(l10n.t('Choose…'), () => send({ type: 'chooseRun', position }))}
        ${discarded.map(
          ({ id, outcome }) =>
            html`<span class="discarded">
              ${l10n.t('not counted: {0}', outcome)}
              ${action(
                l10n.t('Release'),
                () => send({ type: 'release', run: id }),
                l10n.t('Makes it an ordinary run again, which counts in statistics'),
              )}
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
