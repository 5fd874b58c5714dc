import { html } from 'lit';
import { instantWord } from './words.ts';

const states = ['up', 'down', 'maintenance', 'paused', 'unknown', 'none'] as const;

export const legend = (): unknown => html`
  <ul class="legend">
    ${states.map((state) => html`<li><span class="sample" data-instant=${state}></span>${instantWord(state)}</li>`)}
  </ul>
`;
