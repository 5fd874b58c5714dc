import { html, type TemplateResult } from 'lit';
import type { StationState } from '../../contract/overview.ts';
import { stateIcons, stateWord } from './words.ts';

/** A station's state by shape, colour and word. */
export const stateMark = (state: StationState): TemplateResult => html`
  <span class="state" data-state=${state}>
    <span class="codicon codicon-${stateIcons[state]}" aria-hidden="true"></span>${stateWord(state)}
  </span>
`;
