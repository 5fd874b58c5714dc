import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Outcome } from '../../shared/contract/common.ts';
import type { LiveTest } from '../../shared/contract/liveTest.ts';
import { failureReasonsOf, formatPhaseTime } from '../../shared/live/operatorTexts.ts';
import { icon } from '../shared/icons.ts';
import { measurementRow } from './measurements.ts';
import { headingLevel, idIn, partRole, type SlotPlace } from './words.ts';

export const verdictShapes: Record<Outcome, string> = {
  PASS: 'pass-filled',
  FAIL: 'error',
  ERROR: 'warning',
  TIMEOUT: 'watch',
  ABORTED: 'circle-slash',
};

export const verdictWord = (outcome: Outcome): string =>
  ({
    PASS: l10n.t('PASS'),
    FAIL: l10n.t('FAIL'),
    ERROR: l10n.t('ERROR'),
    TIMEOUT: l10n.t('TIMEOUT'),
    ABORTED: l10n.t('ABORTED'),
  })[outcome];

export function verdictBanner(test: LiveTest, { number, isOneOfSeveral }: SlotPlace): unknown {
  const { outcome, serial_number: unit, started_at: from, ended_at: to, outcome_details: details } = test;
  const word = outcome === null ? l10n.t('No result') : verdictWord(outcome);
  const starter = test.started_by === undefined ? '' : l10n.t('Started by an assistant');
  const time = from !== null && to !== null ? formatPhaseTime(to - from) : '';
  const label = isOneOfSeveral ? l10n.t('Verdict of slot {0}', number) : l10n.t('Verdict');
  return html`
    <section class="verdict-banner" data-outcome=${outcome ?? 'NONE'} aria-label=${label}>
      ${icon(outcome === null ? 'question' : verdictShapes[outcome])}
      <span class="verdict-word">${word}</span>
      <span class="verdict-unit">
        <span class="serial">${unit ?? l10n.t('Unknown unit')}</span>
        <span class="verdict-time">${[test.name, time, starter].filter((part) => part !== '').join(' · ')}</span>
      </span>
      ${details.length === 0 ? nothing : html`<p class="verdict-details">${details.join('\n')}</p>`}
    </section>
  `;
}

export function spokenVerdict(test: LiveTest): string {
  const word = test.outcome === null ? l10n.t('No result') : verdictWord(test.outcome);
  return l10n.t(
    '{0}: {1}. {2} failed.',
    test.serial_number ?? l10n.t('Unknown unit'),
    word,
    failureReasonsOf(test).length,
  );
}

export function failingList(test: LiveTest, place: SlotPlace): unknown {
  const failing = failureReasonsOf(test);
  if (failing.length === 0) return nothing;
  const title = idIn('failing', place);
  return html`
    <section class="failing" role=${partRole(place)} aria-labelledby=${title}>
      <h2 id=${title} aria-level=${headingLevel(place)}>${l10n.t('What failed')}</h2>
      <div role="table" aria-labelledby=${title}>
        ${failing.slice(0, 100).map(({ phase, measurement }) =>
          measurement === null
            ? html`<div class="failing-phase" role="row" data-outcome=${phase.state}>
                <span role="cell">${icon('error')} ${phase.name}</span>
                <span role="cell">${phase.message ?? ''}</span>
              </div>`
            : measurementRow({ ...measurement, name: `${phase.name}: ${measurement.name}` }, true),
        )}
      </div>
      ${
        failing.length > 100
          ? html`<p class="note">${l10n.t('{0} more are in the list of phases.', failing.length - 100)}</p>`
          : nothing
      }
    </section>
  `;
}
