import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import { icon } from '../shared/outcome.ts';
import { send } from './host.ts';
import type { View } from './view.ts';

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
      <button
        type="button"
        class="icon"
        title=${l10n.t('Refresh')}
        aria-label=${l10n.t('Refresh')}
        @click=${() => send({ type: 'refresh' })}
      >
        ${icon('refresh')}
      </button>
    </div>
  `;
}
