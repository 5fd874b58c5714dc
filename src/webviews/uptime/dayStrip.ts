import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import type { DayUptime } from '../../shared/contract/uptimeView.ts';
import { formatLargestUnits } from '../../shared/uptime/uptimeFigures.ts';
import { timeOfDay } from './clock.ts';
import { dayText, instantWord } from './words.ts';

const hour = 3_600_000;

export function dayStrip(day: DayUptime, zone: string): unknown {
  const start = Date.parse(day.starts_at);
  const end = Date.parse(day.ends_at);
  const share = (time: number): string => `${((100 * (time - start)) / (end - start)).toFixed(3)}%`;
  const hours = Array.from({ length: Math.ceil((end - start) / (3 * hour)) }, (_, n) => start + 3 * hour * n);
  return html`
    <div class="strip" role="img" aria-label=${dayText(day.date, day.durations)}>
      ${day.segments.map(({ state, from, to }) => {
        const begin = Date.parse(from);
        const until = Date.parse(to);
        const times = l10n.t('{0} to {1}', timeOfDay(begin, zone, true), timeOfDay(until, zone, true));
        const title = l10n.t('{0}: {1}, {2}', instantWord(state), times, formatLargestUnits(until - begin));
        const width = `max(${state === 'down' ? 3 : 1}px, ${(100 * (until - begin)) / (end - start)}%)`;
        return html`<span
          class="segment"
          data-instant=${state}
          title=${title}
          .style=${`left: min(${share(begin)}, 100% - 3px); width: ${width}`}
        ></span>`;
      })}
    </div>
    <div class="hours" aria-hidden="true">
      ${hours.map((time) => html`<span .style=${`left: ${share(time)}`}>${timeOfDay(time, zone)}</span>`)}
    </div>
  `;
}
