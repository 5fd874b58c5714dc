import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Report } from '../../shared/contract/report.ts';
import { baseName } from '../../shared/format/fileNames.ts';
import { reasonsOf } from '../../shared/run/report.ts';
import { icon } from '../shared/icons.ts';
import { link } from '../shared/pageParts.ts';
import { send } from './host.ts';

type Finding = NonNullable<Report['findings']>[number];

export function findingsSection(run: Report, files: ReadonlySet<string>): unknown {
  const findings = reasonsOf(run);
  if (findings.length === 0) return nothing;
  return html`
    <section class="findings" aria-labelledby="findings">
      <h2 id="findings">${l10n.t('Errors and diagnoses')}</h2>
      <ul>
        ${findings.map((finding) => {
          const phase = run.phases.find(({ id }) => id === finding.phase_id);
          return html`<li data-outcome=${outcomeOf(finding)}>
            ${icon(finding.kind === 'error' ? 'warning' : finding.is_failure ? 'error' : 'info')}
            <span class="finding">
              ${phase ? html`<bdi>${phase.name}</bdi> · ` : nothing}${findingText(finding, files)}
            </span>
          </li>`;
        })}
      </ul>
    </section>
  `;
}

export const phaseFindings = (run: Report, phase: string, files: ReadonlySet<string>): unknown =>
  (run.findings ?? [])
    .filter(({ phase_id }) => phase_id === phase)
    .map(
      (finding) => html`<p class="phase-finding" data-outcome=${outcomeOf(finding)}>${findingText(finding, files)}</p>`,
    );

const outcomeOf = ({ kind, is_failure }: Finding): string =>
  kind === 'error' ? 'ERROR' : is_failure ? 'FAIL' : 'NONE';

function findingText(
  { kind, title, message, source_file: file, line_number: line }: Finding,
  files: ReadonlySet<string>,
): unknown {
  const place = file === null ? '' : `${baseName(file)}:${line ?? 1}`;
  return html`<strong>${kind === 'diagnosis' ? l10n.t('Diagnosis {0}', title) : title}</strong>
    <span class="message">${message}</span>
    ${
      place === '' || file === null
        ? nothing
        : files.has(file)
          ? link(place, () => send({ type: 'goToLine', file, line: line ?? 1 }))
          : html`<span class="note">${place}</span>`
    }`;
}
