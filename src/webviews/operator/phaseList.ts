import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { LivePhase, LiveTest } from '../../shared/contract/liveTest.ts';
import { formatPhaseTime, progressOf } from '../../shared/live/operatorTexts.ts';
import { icon, outcomeMark } from '../shared/icons.ts';
import { measurementRows } from './measurements.ts';
import { headingLevel, idIn, partRole, type SlotPlace } from './words.ts';

export function phaseList(test: LiveTest, now: number, place: SlotPlace): unknown {
  const { done, all } = progressOf(test);
  const title = idIn('phases', place);
  return html`
    <section class="phases" role=${partRole(place)} aria-labelledby=${title}>
      <h2 id=${title} aria-level=${headingLevel(place)}>
        ${l10n.t('Phases')} <span class="count">${l10n.t('{0} of {1}', done, all)}</span>
      </h2>
      ${
        test.phases_left_out > 0
          ? html`<p class="note">
              ${l10n.t('{0} earlier phases are not shown here; the report has them.', test.phases_left_out)}
            </p>`
          : nothing
      }
      ${test.phases.length === 0 ? html`<p class="note">${l10n.t('No phase has begun.')}</p>` : nothing}
      <ol class="phase-list">
        ${repeat(
          test.phases,
          ({ key }) => key,
          (phase) => row(phase, now, test.status === 'completed'),
        )}
      </ol>
    </section>
  `;
}

function row(phase: LivePhase, now: number, isOver: boolean): unknown {
  const { name, state, attempt, measurements, message } = phase;
  return html`
    <li class="phase" data-state=${state} data-outcome=${state} aria-current=${state === 'RUNNING' ? 'step' : nothing}>
      <span class="phase-line">
        ${stateMark(state, isOver)}
        <span class="phase-name">${name}</span>
        ${attempt > 1 ? html`<span class="attempt">${l10n.t('attempt {0}', attempt)}</span>` : nothing}
        <span class="phase-time">${timeOf(phase, now)}</span>
      </span>
      ${message === null ? nothing : html`<p class="phase-message">${message}</p>`}
      ${measurements.length === 0 ? nothing : measurementRows(phase, isOver || (state !== 'RUNNING' && state !== 'WAITING'))}
    </li>
  `;
}

function stateMark(state: LivePhase['state'], isOver: boolean): unknown {
  if (state === 'WAITING') {
    const word = isOver ? l10n.t('not run') : l10n.t('waiting');
    return html`<span class="outcome">${icon('circle-large-outline')}<span class="word">${word}</span></span>`;
  }
  if (state === 'RUNNING') {
    return html`<span class="outcome going-on"
      >${icon('play-circle')}<span class="word">${l10n.t('running')}</span></span
    >`;
  }
  return outcomeMark(state);
}

function timeOf({ state, started_at, ended_at }: LivePhase, now: number): string {
  if (started_at === null) return '';
  if (state === 'RUNNING') return formatPhaseTime(1000 * Math.floor((now - started_at) / 1000)).replace('.00', '');
  return ended_at === null ? '' : formatPhaseTime(ended_at - started_at);
}
