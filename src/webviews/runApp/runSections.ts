import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type * as z from 'zod';
import type { getRun } from '../../shared/assistant/tools/getRun.ts';
import { baseName } from '../../shared/format/fileNames.ts';
import { formatSize } from '../../shared/format/values.ts';
import { measuredText } from '../../shared/run/results.ts';
import { formatMillis } from '../../shared/run/timeline.ts';
import { fact, tableHead } from '../shared/pageParts.ts';

export type RunAnswer = z.output<typeof getRun.output>;

interface Place {
  readonly locale: string | undefined;
  readonly timeZone: string | undefined;
}

/** @param isWhole whether the answer has all phases and measurements, and not only those that failed */
export function runReport(answer: RunAnswer, isWhole: boolean, place: Place): unknown {
  return html`
    ${head(answer, place)} ${reasonsSection(answer)} ${measurementsSection(answer, isWhole)}
    ${phasesSection(answer, isWhole)} ${attachmentsSection(answer)}
  `;
}

const outcomeSigns: Readonly<Record<string, string>> = { PASS: '✓', FAIL: '✕', ERROR: '!', TIMEOUT: '!' };

const outcomeMark = (outcome: string): unknown =>
  html`<span class="outcome" data-outcome=${outcome}
    ><span aria-hidden="true">${outcomeSigns[outcome] ?? '–'}</span> ${outcome}</span
  >`;

function head({ run, sub_units }: RunAnswer, place: Place): unknown {
  const facts: [label: string, value: string | null][] = [
    [l10n.t('Procedure'), [run.procedure.name, run.version].filter(Boolean).join(' · ')],
    [l10n.t('Station'), run.station?.name ?? null],
    [l10n.t('Part'), [run.part_number, run.revision].filter(Boolean).join(' · ')],
    [l10n.t('Batch'), run.batch],
    [l10n.t('Started'), timeText(run.started_at, place)],
    [l10n.t('Duration'), durationText(run.duration_s)],
    [l10n.t('Sub-units'), sub_units.map(({ serial_number }) => serial_number).join(', ')],
    [l10n.t('Sample'), run.sample === null ? null : sampleText(run.sample)],
    [l10n.t('Gauge study'), run.gauge_study],
  ];
  return html`
    <header>
      ${outcomeMark(run.outcome)}
      <h1><bdi>${run.serial_number}</bdi></h1>
      ${run.is_started_by_assistant ? html`<span class="tag">${l10n.t('Started by an assistant')}</span>` : nothing}
    </header>
    <dl>${facts.map(([label, value]) => (value ? fact(label, html`<bdi>${value}</bdi>`) : nothing))}</dl>
  `;
}

const sampleText = (sample: string): string => (sample === 'golden' ? l10n.t('Golden unit') : l10n.t('Failing sample'));

/** A time zone or a language that the browser does not know is ignored. */
function timeText(iso: string, { locale, timeZone }: Place): string {
  const options = { dateStyle: 'medium', timeStyle: 'medium' } as const;
  try {
    return new Date(iso).toLocaleString(locale, { ...options, timeZone });
  } catch {
    return new Date(iso).toLocaleString(undefined, options);
  }
}

const durationText = (seconds: number | null): string | null =>
  seconds === null ? null : formatMillis(seconds * 1000);

function reasonsSection({ reasons }: RunAnswer): unknown {
  if (reasons.length === 0) return nothing;
  return html`<section aria-labelledby="reasons">
    <h2 id="reasons">${l10n.t('Errors and diagnoses')}</h2>
    <ul>
      ${reasons.map(
        ({ kind, phase, title, message, source_file: file, line_number: line, is_failure }) =>
          html`<li data-outcome=${kind === 'error' ? 'ERROR' : is_failure ? 'FAIL' : 'NONE'}>
            ${phase === null ? nothing : html`<bdi>${phase}</bdi> · `}<strong
              >${kind === 'diagnosis' ? l10n.t('Diagnosis {0}', title) : title}</strong
            >
            <bdi>${message}</bdi>
            ${file === null ? nothing : html`<span class="note">${baseName(file)}:${line ?? 1}</span>`}
          </li>`,
      )}
    </ul>
  </section>`;
}

function measurementsSection({ run, measurements }: RunAnswer, isWhole: boolean): unknown {
  const title = isWhole ? l10n.t('Measurements') : l10n.t('Failed measurements');
  if (measurements.length === 0 && !isWhole && run.failed_measurement_count === 0) return nothing;
  const groups = Map.groupBy(measurements, ({ phase, attempt }) => JSON.stringify([phase, attempt]));
  return html`<section aria-labelledby="measurements">
    <h2 id="measurements">${title}</h2>
    ${
      measurements.length === 0
        ? html`<p class="note">${l10n.t('Nothing was measured.')}</p>`
        : html`<table class="measured">
            ${tableHead([l10n.t('Measurement'), l10n.t('Value'), l10n.t('Limits'), l10n.t('Outcome')])}
            ${[...groups.values()].map(measurementGroup)}
          </table>`
    }
  </section>`;
}

type MeasurementRow = RunAnswer['measurements'][number];

function measurementGroup(rows: readonly MeasurementRow[]): unknown {
  const [first] = rows;
  if (first === undefined) return nothing;
  const { phase, attempt } = first;
  return html`<tbody>
    <tr class="phase">
      <th scope="rowgroup" colspan="4">
        <bdi>${phase}</bdi>
        ${attempt > 1 ? html`<span class="note">${l10n.t('attempt {0}', attempt)}</span>` : nothing}
      </th>
    </tr>
    ${rows.map(
      (row) =>
        html`<tr class=${row.outcome === 'FAIL' ? 'failed' : ''}>
          <th scope="row"><bdi>${row.of === null ? row.name : l10n.t('{0} of {1}', row.name, row.of)}</bdi></th>
          <td class="value">${valueText(row)}</td>
          <td class="value">${row.limits === '' ? nothing : html`<bdi>${row.limits}</bdi>`}</td>
          <td>
            ${outcomeMark(row.outcome)}
            ${row.is_marginal ? html`<span class="note">${l10n.t('marginal')}</span>` : nothing}
          </td>
        </tr>`,
    )}
  </tbody>`;
}

function valueText({ value, units, lower, upper, curve_points: points }: MeasurementRow): unknown {
  if (points !== null) return html`<span class="note">${l10n.t('{0} points', points)}</span>`;
  const text = measuredText(value, { lower, upper, marginalLower: null, marginalUpper: null });
  if (text === null) return html`<span class="note">${l10n.t('not measured')}</span>`;
  return html`<bdi>${text}</bdi>${units === null ? nothing : html` <bdi class="note">${units}</bdi>`}`;
}

function phasesSection({ phases }: RunAnswer, isWhole: boolean): unknown {
  if (phases.length === 0 && !isWhole) return nothing;
  return html`<section aria-labelledby="phases">
    <h2 id="phases">${isWhole ? l10n.t('Phases') : l10n.t('Phases that did not pass')}</h2>
    ${
      phases.length === 0
        ? html`<p class="note">${l10n.t('The run has no phases.')}</p>`
        : html`<table>
            ${tableHead([l10n.t('Phase'), l10n.t('Duration'), l10n.t('Outcome')])}
            <tbody>
              ${phases.map(
                ({ name, outcome, duration_s, attempt, attempts }) =>
                  html`<tr>
                    <th scope="row">
                      <bdi>${name}</bdi>
                      ${attempts > 1 ? html`<span class="note">${l10n.t('attempt {0} of {1}', attempt, attempts)}</span>` : nothing}
                    </th>
                    <td class="value">${durationText(duration_s)}</td>
                    <td>${outcomeMark(outcome)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
  </section>`;
}

function attachmentsSection({ attachments }: RunAnswer): unknown {
  if (attachments.length === 0) return nothing;
  return html`<section aria-labelledby="attachments">
    <h2 id="attachments">${l10n.t('Attachments')}</h2>
    <ul class="files">
      ${attachments.map(
        ({ name, size_bytes: size }) =>
          html`<li>
            <bdi>${name}</bdi> ${size === null ? nothing : html`<span class="note">${formatSize(size)}</span>`}
          </li>`,
      )}
    </ul>
  </section>`;
}
