import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Pause } from '../../shared/contract/pauses.ts';
import type { Days } from '../../shared/contract/uptime.ts';
import type { StationUptime } from '../../shared/contract/uptimeView.ts';
import { iconButton } from '../shared/icons.ts';
import { dateAndTime } from './clock.ts';
import { send } from './host.ts';
import { instantWord } from './words.ts';

export function pauseList({ id, pauses }: StationUptime, { time_zone: zone }: Days): unknown {
  if (pauses.length === 0) return nothing;
  const latest = pauses.toSorted((a, b) => Date.parse(b.starts_at) - Date.parse(a.starts_at));
  return html`
    <section aria-labelledby="pauses">
      <h2 id="pauses">${l10n.t('Maintenance and pauses')}</h2>
      <p class="note">${l10n.t('They count neither as uptime nor as downtime.')}</p>
      <ul class="pauses">
        ${latest.map((pause) => {
          const times = pauseTimes(pause, zone);
          const label = l10n.t('Delete: {0}, {1}', instantWord(pause.kind), times);
          return html`<li>
            <span class="sample" data-instant=${pause.kind}></span>
            <span>${instantWord(pause.kind)}</span><span>${times}</span><span class="note">${pause.note}</span>
            ${iconButton('trash', label, () => send({ type: 'deletePause', station: id, pause: pause.id }))}
          </li>`;
        })}
      </ul>
    </section>
  `;
}

const pauseTimes = ({ starts_at, ends_at }: Pause, zone: string): string =>
  ends_at === null
    ? l10n.t('since {0}', dateAndTime(starts_at, zone))
    : l10n.t('{0} to {1}', dateAndTime(starts_at, zone), dateAndTime(ends_at, zone));
