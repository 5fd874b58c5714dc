import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { GoldenCheck } from '../../shared/contract/goldenChecks.ts';
import { checkAt } from '../../shared/golden/goldenState.ts';
import { checkAdvice, checkSentence, goldenIcons } from '../shared/goldenWords.ts';
import { icon } from '../shared/icons.ts';

export function goldenBanner(checks: readonly GoldenCheck[], now: number): unknown {
  if (checks.length === 0) return nothing;
  const current = checks.map((check) => checkAt(check, now));
  return html`
    <section class="golden" aria-label=${l10n.t('Golden unit checks')}>
      ${current.map((check) => {
        const { kind } = check.state;
        const refuses = kind !== 'valid' && check.rule.without === 'refuse';
        return html`
          <p class="golden-check" data-state=${kind}>
            ${icon(goldenIcons[kind])}
            <span>
              ${checkSentence(check, now)} <strong>${checkAdvice(check)}</strong>
              ${refuses ? l10n.t('Other units cannot be started here until then.') : nothing}
            </span>
          </p>
        `;
      })}
    </section>
  `;
}
