import { html, type TemplateResult } from 'lit';
import type { MeasurementOutcome, Outcome, PhaseOutcome } from '../../shared/contract/common.ts';

const outcomeIcons: Record<Outcome | PhaseOutcome | MeasurementOutcome, string> = {
  PASS: 'pass',
  FAIL: 'error',
  ERROR: 'warning',
  TIMEOUT: 'watch',
  ABORTED: 'circle-slash',
  SKIP: 'debug-step-over',
  UNSET: 'circle-large-outline',
};

export const icon = (name: string): TemplateResult =>
  html`<span class="codicon codicon-${name}" aria-hidden="true"></span>`;

export const iconButton = (name: string, label: string, act: () => void, disabled = false): TemplateResult => html`
  <button type="button" class="icon" title=${label} aria-label=${label} ?disabled=${disabled} @click=${act}>
    ${icon(name)}
  </button>
`;

/** Renders an outcome as shape, color, and word. It is a single template because a page can have thousands. */
export const outcomeMark = (outcome: keyof typeof outcomeIcons): TemplateResult => html`
  <span class="outcome" data-outcome=${outcome}>
    <span class="codicon codicon-${outcomeIcons[outcome]}" aria-hidden="true"></span
    ><span class="word">${outcome}</span>
  </span>
`;
