import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { Capability, CapabilityIndex } from '../../shared/contract/analytics.ts';
import { language } from '../shared/element.ts';
import { countText } from '../shared/numbers.ts';

type Figures = Extract<Capability, { kind: 'capability' }>;

export const indexText = (value: number): string =>
  value.toLocaleString(language(), { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function reasonText(capability: Exclude<Capability, Figures>): string {
  switch (capability.kind) {
    case 'too_few':
      return l10n.t('{0} of the {1} values that are needed', countText(capability.count), countText(capability.needed));
    case 'no_limits':
      return l10n.t('No limits');
    case 'no_variation':
      return l10n.t('All values are equal');
    case 'too_many_out_of_range':
      return l10n.t(
        '{0} of {1} values are out of the range of the instrument',
        countText(capability.count),
        countText(capability.total),
      );
  }
}

const verdictWord = (verdict: Figures['verdict']): string =>
  ({ capable: l10n.t('capable'), not_capable: l10n.t('not capable'), undecided: l10n.t('undecided') })[verdict];

export function capabilityCell(capability: Capability, isNumeric: boolean): unknown {
  if (!isNumeric) return html`<span class="note">${l10n.t('Not numeric')}</span>`;
  if (capability.kind !== 'capability') return html`<span class="note">${reasonText(capability)}</span>`;
  const { ppk, verdict } = capability;
  return html`
    <span class="ppk">${indexText(ppk.value)}</span>
    <span class="note">${l10n.t('{0} to {1}', indexText(ppk.lower), indexText(ppk.upper))}</span>
    <span class="verdict" data-verdict=${verdict}>${verdictWord(verdict)}</span>
  `;
}

function sentence({ ppk, count, verdict }: Figures): string {
  const [value, n] = [indexText(ppk.value), countText(count)];
  switch (verdict) {
    case 'capable':
      return l10n.t(
        'The measurement reaches Ppk 1.33: its Ppk is {0}, and at least {1} with 95% confidence (n = {2}).',
        value,
        indexText(ppk.at_least),
        n,
      );
    case 'not_capable':
      return l10n.t(
        'The measurement misses Ppk 1.33: its Ppk is {0}, and at most {1} with 95% confidence (n = {2}).',
        value,
        indexText(ppk.at_most),
        n,
      );
    case 'undecided':
      return l10n.t(
        'The values cannot show yet whether Ppk reaches 1.33: it is {0}, and between {1} and {2} with 95% confidence (n = {3}).',
        value,
        indexText(ppk.lower),
        indexText(ppk.upper),
        n,
      );
  }
}

export function capabilitySentences(capability: Capability): unknown {
  if (capability.kind !== 'capability') {
    return html`<p>${l10n.t('Capability is not shown: {0}.', reasonText(capability))}</p>`;
  }
  const { ppk, pp, cpk, cp } = capability;
  return html`
    <p class="lead" data-verdict=${capability.verdict}>${sentence(capability)}</p>
    ${capability.is_uncertain ? html`<p class="note">${l10n.t('With so few values, the interval is too wide to act on.')}</p>` : nothing}
    <dl class="figures">
      ${indexFigure('Ppk', ppk, '')} ${indexFigure('Pp', pp, l10n.t('Needs two limits'))}
      ${indexFigure('Cpk', cpk, l10n.t('Needs successive values that differ'))}
      ${indexFigure('Cp', cp, l10n.t('Needs two limits and successive values that differ'))}
    </dl>
    <p class="note">
      ${l10n.t('Pp and Ppk are of all variation, Cp and Cpk of that from value to value. TofuPilot calls Ppk Cpk.')}
    </p>
  `;
}

const indexFigure = (name: string, found: CapabilityIndex | null, reason: string): unknown => html`
  <div class=${found ? '' : 'empty'}>
    <dt>${name}</dt>
    <dd class="value">${found ? indexText(found.value) : reason}</dd>
    ${found ? html`<dd class="note">${l10n.t('95% interval {0} to {1}', indexText(found.lower), indexText(found.upper))}</dd>` : nothing}
  </div>
`;
