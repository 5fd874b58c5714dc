import { html, nothing, type TemplateResult } from 'lit';
import type { StationState } from '../../shared/contract/overview.ts';
import type { Days, UptimeRow } from '../../shared/contract/uptime.ts';
import { pauseAt } from '../../shared/uptime/pauses.ts';
import { icon } from '../shared/icons.ts';
import { instantWord, stateIcons, stateWord } from './words.ts';

export const stateMark = (state: StationState): TemplateResult => html`
  <span class="state" data-state=${state}>
    <span class="codicon codicon-${stateIcons[state]}" aria-hidden="true"></span>${stateWord(state)}
  </span>
`;

export function pauseMark({ pauses }: UptimeRow, { now }: Days): unknown {
  const pause = pauseAt(pauses, now);
  if (pause === undefined) return nothing;
  const name = pause.kind === 'paused' ? 'debug-pause' : 'tools';
  return html`<span class="badge" title=${pause.note || nothing}>${icon(name)} ${instantWord(pause.kind)}</span>`;
}

const instantStates = ['up', 'down', 'maintenance', 'paused', 'unknown', 'none'] as const;

export const legend = (): unknown => html`
  <ul class="legend">
    ${instantStates.map((state) => html`<li><span class="sample" data-instant=${state}></span>${instantWord(state)}</li>`)}
  </ul>
`;
