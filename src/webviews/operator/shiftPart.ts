import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { ShiftCounters } from '../../shared/contract/shifts.ts';
import { formatWholePercent } from '../../shared/format/formatPercent.ts';
import { shortNumber } from '../../shared/format/shortNumber.ts';
import { measuredText } from '../../shared/run/results.ts';
import { yieldPercent } from '../../shared/statistics/yield.ts';
import { language } from '../shared/element.ts';
import { outcomeMark } from '../shared/icons.ts';

type Failure = NonNullable<ShiftCounters['last_failure']>;

/** @param openRun undefined in a browser, which has no reports */
export function shiftPart(counters: ShiftCounters, openRun: ((run: string) => void) | undefined): unknown {
  const { units, passed_first, passed_last } = counters.yield;
  const link = (run: string, text: unknown): unknown =>
    openRun === undefined
      ? text
      : html`<button type="button" class="link" @click=${() => openRun(run)}>${text}</button>`;
  const { last_failure: failure, last_run: last } = counters;
  return html`
    <section class="shift" aria-labelledby="shift">
      <h2 id="shift">${shiftTitle(counters)}</h2>
      <dl>
        <div>
          <dt>${l10n.t('Units')}</dt>
          <dd class="figure">${units.toLocaleString(language())}</dd>
        </div>
        ${units === 0 ? nothing : share(l10n.t('First-pass yield'), passed_first, units)}
        ${units === 0 || passed_last === passed_first ? nothing : share(l10n.t('With retests'), passed_last, units)}
        ${
          failure === null
            ? nothing
            : html`<div>
                <dt>${l10n.t('Last failure')}</dt>
                <dd>
                  ${outcomeMark(failure.outcome)} ${link(failure.run_id, failure.serial_number)} ${whatFailed(failure)}
                </dd>
              </div>`
        }
        ${
          last === null
            ? nothing
            : html`<div>
                <dt>${l10n.t('Last run')}</dt>
                <dd>${outcomeMark(last.outcome)} ${link(last.run_id, last.serial_number)}</dd>
              </div>`
        }
        ${
          (last?.operator ?? null) === null
            ? nothing
            : html`<div>
                <dt>${l10n.t('Operator')}</dt>
                <dd>${last?.operator}</dd>
              </div>`
        }
      </dl>
    </section>
  `;
}

const share = (label: string, passed: number, units: number): unknown => html`
  <div>
    <dt>${label}</dt>
    <dd>
      <span class="figure">${formatWholePercent(yieldPercent(passed, units) ?? 0, language())}</span>
      <span class="note"
        >${l10n.t('{0} of {1}', passed.toLocaleString(language()), units.toLocaleString(language()))}</span
      >
    </dd>
  </div>
`;

function shiftTitle({ shift, has_calendar }: ShiftCounters): string {
  if (shift === null) return has_calendar ? l10n.t('Today (no shift now)') : l10n.t('Today');
  return l10n.t('{0}, {1} to {2}', shift.name, clockText(shift.starts_at), clockText(shift.ends_at));
}

const clockText = (iso: string): string => new Date(iso).toLocaleTimeString(language(), { timeStyle: 'short' });

function whatFailed({ measurement, phase_name }: Failure): string {
  if (measurement === null) return phase_name ?? '';
  const { name, value, units, lower, upper } = measurement;
  const limits = { lower, upper, marginalLower: null, marginalUpper: null };
  const text = measuredText(value, limits);
  if (text === null) return l10n.t('{0}: not measured', name);
  const hasLimits = lower !== null || upper !== null;
  const shown = typeof value === 'number' ? shortNumber(text, units, hasLimits) : { text, units };
  return [`${name}: ${shown.text}`, shown.units, limitsWords(lower, upper)].filter(Boolean).join(' ');
}

function limitsWords(lower: number | null, upper: number | null): string {
  if (lower === null && upper === null) return '';
  return `(${[lower === null ? '' : `${lower} ≤ `, 'x', upper === null ? '' : ` ≤ ${upper}`].join('')})`;
}
