import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Study, StudyTrial } from '../../shared/contract/studies.ts';
import { countText } from '../shared/numbers.ts';
import { fact, link } from '../shared/pageParts.ts';
import { send } from './host.ts';

import '@vscode-elements/elements/dist/vscode-button/index.js';

export function nextTrial(study: Study, isRunning: boolean, note: string | null): unknown {
  const trial = study.plan.find(({ position }) => position === study.next);
  if (trial === undefined) {
    return html`<p class="done" role="status">${l10n.t('All {0} runs are complete.', countText(study.run_count))}</p>`;
  }
  const part = study.parts[trial.part]?.serial_number ?? '';
  const appraiser = study.appraisers[trial.appraiser];
  const isStation = appraiser?.name === appraiser?.station.name;
  return html`
    <section class="next" aria-live="polite">
      <h2>${l10n.t('Run {0} of {1}', trial.position, countText(study.run_count))}</h2>
      <div
        class="progress"
        role="progressbar"
        aria-label=${l10n.t('Runs of the study')}
        aria-valuemin="0"
        aria-valuemax=${study.run_count}
        aria-valuenow=${study.done}
      >
        <span .style=${`width: ${(100 * study.done) / study.run_count}%`}></span>
      </div>
      <dl class="trial">
        ${fact(l10n.t('Part'), part)} ${isStation ? nothing : fact(l10n.t('Operator'), appraiser?.name ?? '')}
        ${fact(l10n.t('Station'), appraiser?.station.name ?? '')}
      </dl>
      ${buttons(study, trial, isRunning)}
      ${
        study.active_since === null
          ? html`<p class="note">
              ${l10n.t('While the study is active, a run of the next part on its station is attached to it and left out of statistics.')}
            </p>`
          : nothing
      }
      ${isRunning ? nothing : notices(study, trial, part, note)}
    </section>
  `;
}

function buttons({ active_since }: Study, { position }: StudyTrial, isRunning: boolean): unknown {
  if (active_since === null) {
    return html`<div class="buttons">
      <vscode-button @click=${() => send({ type: 'start' })}>${l10n.t('Start Study')}</vscode-button>
    </div>`;
  }
  return html`
    <div class="buttons">
      <vscode-button ?disabled=${isRunning} @click=${() => send({ type: 'runProcedure' })}>
        ${isRunning ? l10n.t('Running…') : l10n.t('Run Procedure')}
      </vscode-button>
      <vscode-button secondary ?disabled=${isRunning} @click=${() => send({ type: 'chooseRun', position })}>
        ${l10n.t('Choose Existing Run…')}
      </vscode-button>
      <vscode-button secondary ?disabled=${isRunning} @click=${() => send({ type: 'pause' })}>
        ${l10n.t('Pause Study')}
      </vscode-button>
    </div>
  `;
}

function notices({ other_run: other }: Study, { discarded }: StudyTrial, part: string, note: string | null): unknown {
  const last = discarded.at(-1);
  const isOlder = other !== null && last !== undefined && other.started_at < last.started_at;
  return html`
    ${note === null ? nothing : html`<p class="warning">${note}</p>`}
    ${
      other === null || isOlder
        ? nothing
        : notice(
            other.id,
            other.serial_number.toLowerCase() === part.toLowerCase()
              ? l10n.t('The last run of {0} started before the study became active, so it does not count.', part)
              : l10n.t('The last run is of {0} instead of {1}, so it does not count.', other.serial_number, part),
          )
    }
    ${
      last === undefined || last.outcome === 'PASS' || last.outcome === 'FAIL'
        ? nothing
        : notice(
            last.id,
            l10n.t('The last run of {0} ended with {1}, so it does not count. Run it again.', part, last.outcome),
          )
    }
  `;
}

const notice = (run: string, sentence: string): unknown => html`
  <p class="warning">${sentence} ${link(l10n.t('Open run'), () => send({ type: 'openRun', run }))}</p>
`;
