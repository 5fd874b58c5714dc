import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import type { Durations } from '../../shared/contract/uptime.ts';
import { figuresOf } from '../../shared/uptime/uptimeFigures.ts';
import { downText, observedText, uptimeText } from './words.ts';

export function figureList(
  label: string,
  { day, days }: { day: Durations; days: (count: number) => Durations },
): unknown {
  const figure = (name: string, durations: Durations): unknown => html`
    <div class=${figuresOf(durations).percent === null ? 'empty' : ''}>
      <dt>${name}</dt>
      <dd class="percent">${uptimeText(durations)}</dd>
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
