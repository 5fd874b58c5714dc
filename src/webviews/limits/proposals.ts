import * as l10n from '@vscode/l10n';
import { html } from 'lit';
import { limitsMethods, proposeRoundedLimits, sideOf } from '../../shared/analytics/limitsStudy.ts';
import type { PastUnits } from '../../shared/analytics/pastUnits.ts';
import type { SpecLimits } from '../../shared/statistics/capability.ts';
import type { LimitsProposal } from '../../shared/statistics/limitsProposal.ts';
import { countText, figure } from '../shared/numbers.ts';
import { limitsText, methodName } from './words.ts';

interface Proposal {
  readonly name: string;
  /** Null if there is none: then `text` says why. */
  readonly limits: SpecLimits | null;
  readonly text: string;
  readonly changes: string;
}

/** @param current the limits in the script, whose sides are proposed */
export function proposalsFrom(
  values: readonly number[],
  current: SpecLimits | null,
  past: PastUnits,
  units: string | null,
): Proposal[] {
  const offer = (name: string, limits: SpecLimits): Proposal => {
    const { toFail, toPass } = past.changes(limits);
    const changes = l10n.t('{0} would change', countText(toFail.length + toPass.length));
    return { name, limits, text: limitsText(limits, units), changes };
  };
  const side = sideOf(current ?? { lower: null, upper: null });
  const computed = limitsMethods.map((method): Proposal => {
    const proposal = proposeRoundedLimits(values, method, side);
    const name = methodName(method);
    if (proposal.kind !== 'limits') return { name, limits: null, text: reasonOf(proposal), changes: '' };
    return offer(name, { lower: proposal.lower, upper: proposal.upper });
  });
  return [...(current === null ? [] : [offer(l10n.t('Limits in the script'), current)]), ...computed];
}

const reasonOf = (proposal: Exclude<LimitsProposal, { kind: 'limits' }>): string =>
  proposal.kind === 'tooFew'
    ? l10n.t('{0} of the {1} values that are needed', countText(proposal.count), countText(proposal.needed))
    : l10n.t('All values are {0}', figure(proposal.value));

export function proposalButtons(
  proposals: readonly Proposal[],
  chosen: SpecLimits,
  choose: (limits: SpecLimits) => void,
): unknown {
  return html`
    <div class="proposals" role="group" aria-label=${l10n.t('Proposals')}>
      ${proposals.map(
        ({ name, limits, text, changes }) => html`
          <button
            type="button"
            class="proposal"
            ?disabled=${limits === null}
            aria-pressed=${String(limits !== null && isSame(limits, chosen))}
            @click=${() => limits !== null && choose(limits)}
          >
            <span class="name">${name}</span>
            <span>${text}</span>
            <span class="note">${changes}</span>
          </button>
        `,
      )}
    </div>
  `;
}

export const isSame = (a: SpecLimits, b: SpecLimits): boolean => a.lower === b.lower && a.upper === b.upper;
