import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Report } from '../../shared/contract/report.ts';
import { isPlaceholderId } from '../../shared/run/placeholderId.ts';
import { failuresOf } from '../../shared/run/report.ts';
import { language } from '../shared/element.ts';
import { icon, outcomeMark } from '../shared/icons.ts';
import { send } from './host.ts';

export function titleBar(run: Report): unknown {
  const measurements = run.phases.reduce((sum, phase) => sum + phase.measurements.length, 0);
  const failures = failuresOf(run);
  return html`
    <header class="title-bar">
      <h1>
        <span class="verdict" data-outcome=${run.outcome}>${outcomeMark(run.outcome)}</span>
        <span class="serial">${run.unit.serial_number}</span>
      </h1>
      <nav aria-label=${l10n.t('Sections')}>
        ${sectionLink('phases', l10n.t('Phases'), run.phases.length)}
        ${sectionLink('measurements', l10n.t('Measurements'), measurements, failures)}
        ${run.attachments.length > 0 ? sectionLink('attachments', l10n.t('Attachments'), run.attachments.length) : nothing}
        ${sectionLink('logs', l10n.t('Logs'), run.logs.length)}
      </nav>
      <div class="exports">
        ${
          isPlaceholderId(run.id)
            ? nothing
            : html`<button type="button" class="export" @click=${() => send({ type: 'compare' })}>
                ${icon('diff')} ${l10n.t('Compare with…')}
              </button>`
        }
        <button type="button" class="export" @click=${() => send({ type: 'export' })}>
          ${icon('export')} ${l10n.t('Export…')}
        </button>
      </div>
    </header>
  `;
}

const sectionLink = (id: string, name: string, count: number, failures = 0): unknown => html`
  <button type="button" class="way" @click=${() => goToHeading(id)}>
    ${name} <span class="count">${count.toLocaleString(language())}</span>
    ${failures > 0 ? html`<span class="failed-count">${l10n.t('{0} failed', failures)}</span>` : nothing}
  </button>
`;

/** Shows a heading and focuses it, so that keyboard navigation continues from there. */
export function goToHeading(id: string): void {
  const heading = document.getElementById(id);
  heading?.scrollIntoView({ block: 'start' });
  heading?.focus({ preventScroll: true });
}
