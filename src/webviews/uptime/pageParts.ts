import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import type { Durations } from '../../shared/contract/uptime.ts';
import { figuresOf } from '../../shared/uptime/uptimeFigures.ts';
import { icon, iconButton } from '../shared/icons.ts';
import { send } from './host.ts';
import type { View } from './view.ts';
import { downText, observedText, uptimeText } from './words.ts';

export function figureList(
  label: string,
  { day, days }: { day: Durations; days: (count: number) => Durations },
): unknown {
  const figure = (name: string, durations: Durations): unknown => html`
    <div class=${figuresOf(durations).percent === null ? 'empty' : ''}>
      <dt>${name}</dt>
      <dd class="value">${uptimeText(durations)}</dd>
      <dd class="note">${observedText(durations)}</dd>
      <dd class="note">${durations.up + durations.down === 0 ? '' : downText(durations)}</dd>
    </div>
  `;
  return html`
    <dl class="figures" aria-label=${label}>
      ${figure(l10n.t('24 hours'), day)} ${[7, 30, 90].map((count) => figure(l10n.t('{0} days', count), days(count)))}
    </dl>
  `;
}

export function tools(view: View, station: string | null): unknown {
  const { table } = view.chosen;
  const exportTo = (format: 'json' | 'csv', name: string, title: string): unknown => html`
    <button type="button" title=${title} aria-label=${title} @click=${() => send({ type: 'export', format, station })}>
      ${icon('export')} ${name}
    </button>
  `;
  return html`
    <div class="tools">
      <button type="button" aria-pressed=${table} @click=${() => view.save({ table: !table })}>
        ${icon('table')} ${l10n.t('Show as table')}
      </button>
      ${exportTo('csv', 'CSV', l10n.t('Export the days as CSV'))}
      ${exportTo('json', 'JSON', l10n.t('Export the uptime as JSON'))}
      ${iconButton('refresh', l10n.t('Refresh'), () => send({ type: 'refresh' }))}
    </div>
  `;
}

export const zoneNote = (zone: string): unknown =>
  html`<p class="note zone">${l10n.t('Days begin at midnight in {0}.', zone)}</p>`;
