import * as l10n from '@vscode/l10n';
import type { Report, ReportMeasurement, ReportPhase } from '../contract/report.ts';
import { baseName } from '../format/fileNames.ts';
import { oneLine } from '../format/oneLine.ts';
import { formatSize } from '../format/values.ts';
import { limitsOf } from '../run/limits.ts';
import { isPlaceholderId } from '../run/placeholderId.ts';
import { attemptsOf, hasFailed, reasonsOf } from '../run/report.ts';
import { isMarginal, limitsText, measuredText, type ReportedValue } from '../run/results.ts';
import { formatIsoDuration } from '../run/timeline.ts';
import { curveSvg } from './curveSvg.ts';
import { type Markup, markup, trustedMarkup } from './escapeHtml.ts';
import { runHtmlStyle } from './runHtmlStyle.ts';
import { exportedResults, operatorOf } from './runTables.ts';

export interface AttachedFile {
  readonly sha256: string | null;
  /** The data URL of an image that is shown. */
  readonly image: string | null;
  readonly isMissing: boolean;
}

const marginLength = 40;

export interface RunHtmlInput {
  readonly run: Report;
  /** The series of curves by the id of their measurement, x first. */
  readonly curves: ReadonlyMap<string, readonly (readonly number[])[]>;
  readonly files: ReadonlyMap<string, AttachedFile>;
  readonly language: string;
  readonly exportedAt: Date;
  readonly paper?: 'A4' | 'letter';
}

/** Returns a run as one HTML file without scripts, which a browser can print or save as PDF. */
export function runHtml(input: RunHtmlInput): string {
  const { run, language, exportedAt } = input;
  const { unit, outcome, procedure } = run;
  const time = (iso: string | Date): string =>
    new Date(iso).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'long' });
  const body = markup`
<header>
<h1>${outcomeMark(outcome)} <bdi>${unit.serial_number}</bdi></h1>
<p class="note"><bdi>${procedure.name}</bdi> · ${time(run.started_at)}</p>
</header>
${facts(run, time)}
${reasons(run)}
${phases(run)}
${measurements(run, input.curves)}
${attachments(run, input.files)}
${logs(run, language)}
<footer>${l10n.t('Exported by Test Stations on {0}.', time(exportedAt))}</footer>`;
  return `<!DOCTYPE html>
<html lang="${language.replace(/[^\w-]/g, '')}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${markup`${unit.serial_number} ${outcome}`.source}</title>
<style>${runHtmlStyle}${pageStyle(run, input.paper)}</style>
</head>
<body>${body.source}
</body>
</html>
`;
}

/** Returns the size of printed pages and what is in their margins. Chrome 131 and later print the margins. */
function pageStyle({ unit, outcome, procedure }: Report, paper: RunHtmlInput['paper']): string {
  return `@page {
  size: ${paper ?? 'auto'};
  @top-left { content: ${cssString(`${oneLine(unit.serial_number, marginLength)} · ${outcome}`)}; }
  @top-right { content: ${cssString(oneLine(procedure.name, marginLength))}; }
  @bottom-right { content: counter(page) " / " counter(pages); }
}
`;
}

const cssString = (text: string): string =>
  `"${text.replace(/[^\p{L}\p{N}\p{M} .·_-]/gu, (character) => `\\${character.codePointAt(0)?.toString(16)} `)}"`;

const outcomeMark = (outcome: string): Markup =>
  markup`<span class="outcome" data-outcome="${outcome}">${outcome}</span>`;

function facts(run: Report, time: (iso: string) => string): Markup {
  const { unit, procedure } = run;
  const all: [label: string, value: string | null | undefined][] = [
    [l10n.t('Serial number'), unit.serial_number],
    [l10n.t('Part'), [...new Set([unit.part.number, unit.part.name])].filter(Boolean).join(' · ')],
    [l10n.t('Revision'), unit.part.revision.number],
    [l10n.t('Batch'), unit.batch?.number],
    [l10n.t('Procedure'), [procedure.name, procedure.version?.tag].filter(Boolean).join(' · ')],
    [l10n.t('Station'), run.created_by_station?.name],
    [l10n.t('Operator'), operatorOf(run)],
    [l10n.t('Started'), time(run.started_at)],
    [l10n.t('Ended'), time(run.ended_at)],
    [l10n.t('Duration'), formatIsoDuration(run.duration)],
    [l10n.t('Slot'), run.slot_name ?? run.slot_key],
    [l10n.t('Sub-units'), run.sub_units.map(({ serial_number }) => serial_number).join(', ')],
    ...Object.entries(run.metadata ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
    [l10n.t('Description'), run.docstring],
    [l10n.t('Run ID'), isPlaceholderId(run.id) ? l10n.t('not uploaded yet') : run.id],
  ];
  return markup`<dl>${all.map(([label, value]) => (value ? markup`<div><dt>${label}</dt><dd><bdi>${value}</bdi></dd></div>\n` : ''))}</dl>`;
}

type Finding = NonNullable<Report['findings']>[number];

function findingItem({ kind, title, message, source_file, line_number, is_failure }: Finding, phase?: string): Markup {
  const outcome = kind === 'error' ? 'ERROR' : is_failure ? 'FAIL' : 'NONE';
  const name = kind === 'diagnosis' ? l10n.t('Diagnosis {0}', title) : title;
  const place = source_file === null ? '' : ` (${baseName(source_file)}:${line_number ?? 1})`;
  return markup`<li data-outcome="${outcome}">${phase === undefined ? '' : markup`<bdi>${phase}</bdi> · `}<strong>${name}</strong> ${message}<span class="note">${place}</span></li>\n`;
}

function reasons(run: Report): Markup | '' {
  const findings = reasonsOf(run);
  if (findings.length === 0) return '';
  const names = new Map(run.phases.map(({ id, name }) => [id, name]));
  const items = findings.map((each) =>
    findingItem(each, each.phase_id === null ? undefined : names.get(each.phase_id)),
  );
  return markup`<section><h2>${l10n.t('Errors and diagnoses')}</h2><ul>${items}</ul></section>`;
}

const head = (...names: readonly string[]): Markup =>
  markup`<thead><tr>${names.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>`;

function attemptText(phase: ReportPhase, attempts: number): string {
  return attempts > 1 ? l10n.t('attempt {0} of {1}', phase.retry_count + 1, attempts) : '';
}

function phases(run: Report): Markup {
  const attempts = attemptsOf(run.phases);
  const rows = run.phases.map(
    (phase, index) => markup`<tr>
<th scope="row"><bdi>${phase.name}</bdi> <span class="note">${attemptText(phase, attempts[index] ?? 1)}</span>${phase.docstring ? markup`<br><span class="note">${phase.docstring}</span>` : ''}</th>
<td>${outcomeMark(phase.outcome)}</td><td>${formatIsoDuration(phase.duration)}</td></tr>\n`,
  );
  const table = markup`<table>${head(l10n.t('Phase'), l10n.t('Outcome'), l10n.t('Duration'))}<tbody>${rows}</tbody></table>`;
  return markup`<section><h2>${l10n.t('Phases')}</h2>${rows.length === 0 ? markup`<p>${l10n.t('The run has no phases.')}</p>` : table}</section>`;
}

function measurements(run: Report, curves: RunHtmlInput['curves']): Markup {
  const attempts = attemptsOf(run.phases);
  const groups = run.phases.flatMap((phase, index) =>
    phase.measurements.length === 0
      ? []
      : markup`<h3><bdi>${phase.name}</bdi> ${outcomeMark(phase.outcome)} <span class="note">${attemptText(phase, attempts[index] ?? 1)}</span></h3>
<table class="measured">${head(l10n.t('Measurement'), l10n.t('Outcome'), l10n.t('Value'), l10n.t('Limits'))}<tbody>${phase.measurements.map(
          (measurement) => markup`${exportedResults(measurement).map((result) => resultRow(measurement, result))}`,
        )}</tbody></table>
${phase.measurements.map((measurement) => curve(measurement, curves))}`,
  );
  const none = markup`<p>${l10n.t('Nothing was measured.')}</p>`;
  return markup`<section><h2>${l10n.t('Measurements')}</h2>${groups.length === 0 ? none : groups}</section>`;
}

function resultRow({ docstring }: ReportMeasurement, result: ReportedValue): Markup {
  const { name, of, outcome, value, units, validators } = result;
  const measured = measuredText(value, limitsOf(validators));
  const shown =
    measured === null
      ? markup`<span class="note">${l10n.t('not measured')}</span>`
      : markup`<bdi>${measured}</bdi>${units ? ` ${units}` : ''}`;
  const marginal = isMarginal(result) ? markup` <span class="note">${l10n.t('marginal')}</span>` : '';
  return markup`<tr class="${hasFailed(result) ? 'failed' : ''}"><th scope="row"><bdi>${of === null ? name : `${of} (${name})`}</bdi>${docstring && of === null ? markup`<br><span class="note">${docstring}</span>` : ''}</th><td>${outcomeMark(outcome)}${marginal}</td><td class="value">${shown}</td><td class="value">${limitsText(validators)}</td></tr>\n`;
}

function curve({ id, name, curve: shape }: ReportMeasurement, curves: RunHtmlInput['curves']): Markup | '' {
  const series = curves.get(id);
  if (shape === undefined || series === undefined) return '';
  const axes = shape.axes.map((axis, index) => ({
    name: axis.name ?? (index === 0 ? 'x' : index === 1 ? name : 'y'),
    units: axis.units,
  }));
  return markup`<figure><figcaption><bdi>${name}</bdi></figcaption>${trustedMarkup(curveSvg(axes, series))}</figure>`;
}

function attachments({ attachments: all }: Report, files: RunHtmlInput['files']): Markup | '' {
  if (all.length === 0) return '';
  const rows = all.map(({ id, name, size }) => {
    const file = files.get(id);
    const none = file?.isMissing ? l10n.t('could not be loaded') : l10n.t('not computed');
    const hash = file?.sha256 ? markup`<code>${file.sha256}</code>` : markup`<span class="note">${none}</span>`;
    const sizeText = size === null ? l10n.t('never uploaded') : formatSize(size);
    return markup`<tr><th scope="row"><bdi>${name}</bdi></th><td>${sizeText}</td><td>${hash}</td></tr>\n`;
  });
  const images = all.map(({ id, name }) => {
    const image = files.get(id)?.image;
    return image
      ? markup`<figure><img src="${image}" alt="${name}"><figcaption><bdi>${name}</bdi></figcaption></figure>`
      : '';
  });
  return markup`<section><h2>${l10n.t('Attachments')}</h2><table>${head(l10n.t('Name'), l10n.t('Size'), 'SHA-256')}<tbody>${rows}</tbody></table>${images}</section>`;
}

function logs({ logs: all }: Report, language: string): Markup {
  if (all.length === 0)
    return markup`<section><h2>${l10n.t('Logs')}</h2><p>${l10n.t('The run has no logs.')}</p></section>`;
  const time = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
  const rows = all.map(
    ({ timestamp, level, message, source_file, line_number }) =>
      markup`<tr><td>${time.format(new Date(timestamp))}</td><td data-outcome="${level === 'ERROR' || level === 'CRITICAL' ? 'ERROR' : ''}">${level}</td><td><pre>${message}</pre></td><td class="note">${source_file === '' ? '' : `${baseName(source_file)}:${line_number}`}</td></tr>\n`,
  );
  return markup`<section><h2>${l10n.t('Logs')}</h2><table>${head(l10n.t('Time'), l10n.t('Level'), l10n.t('Message'), l10n.t('Source'))}<tbody>${rows}</tbody></table></section>`;
}
