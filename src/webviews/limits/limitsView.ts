import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { PastUnits } from '../../shared/analytics/pastUnits.ts';
import { type LimitsStudy, type ScriptLimits, toLimitsPage } from '../../shared/contract/limitsPage.ts';
import type { SpecLimits } from '../../shared/statistics/capability.ts';
import { type Histogram, histogramOf } from '../../shared/statistics/histogram.ts';
import { testNormality } from '../../shared/statistics/normality.ts';
import { PageElement, states } from '../shared/element.ts';
import { failurePage } from '../shared/failurePage.ts';
import { type HistogramScale, histogramScale } from '../shared/histogramChart.ts';
import { handleMessages } from '../shared/host.ts';
import { icon, iconButton } from '../shared/icons.ts';
import { countText } from '../shared/numbers.ts';
import { changedUnits } from './changedUnits.ts';
import { send, viewState } from './host.ts';
import { limitsChart, type Side } from './limitsChart.ts';
import { isSame, proposalButtons, proposalsFrom } from './proposals.ts';
import { changesText, limitsText } from './words.ts';

import '@vscode-elements/elements/dist/vscode-button/index.js';

interface Loaded {
  readonly study: LimitsStudy;
  readonly past: PastUnits;
  readonly histogram: Histogram;
}

const none: SpecLimits = { lower: null, upper: null };

const limitsIn = (script: ScriptLimits | undefined): SpecLimits | null =>
  script?.kind === 'limits' ? { lower: script.lower, upper: script.upper } : null;

class LimitsView extends PageElement {
  static override properties = states('loaded', 'script', 'limits', 'scale', 'failure');
  declare loaded: Loaded | undefined;
  declare script: ScriptLimits | undefined;
  declare limits: SpecLimits;
  /** Stays during a drag, so that the bars do not move under the pointer. */
  declare scale: HistogramScale | null;
  declare failure: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    handleMessages(toLimitsPage, {
      study: ({ study, script }) => {
        this.failure = undefined;
        this.script = script;
        const histogram = histogramOf(study.values, limitsIn(script) ?? none);
        this.loaded = { study, past: new PastUnits(study), histogram };
        this.#choose(viewState.value.limits ?? limitsIn(script) ?? none);
      },
      script: ({ script }) => (this.script = script),
      failed: ({ message }) => (this.failure = message),
    });
  }

  #choose(limits: SpecLimits, isMoving = false): void {
    this.limits = limits;
    if (this.loaded !== undefined && !isMoving) this.scale = histogramScale(this.loaded.histogram, limits);
    viewState.save({ limits });
  }

  readonly #move = (side: Side, limit: number, isMoving: boolean): void => {
    const { lower, upper } = this.limits;
    const lowered = side === 'lower' ? Math.min(limit, upper ?? limit) : lower;
    const raised = side === 'upper' ? Math.max(limit, lower ?? limit) : upper;
    this.#choose({ lower: lowered, upper: raised }, isMoving);
  };

  protected override render(): unknown {
    if (this.failure !== undefined) {
      return failurePage(l10n.t('The values could not be loaded'), this.failure, () => send({ type: 'refresh' }));
    }
    const { loaded } = this;
    if (loaded === undefined) return html`<p class="note loading" role="status">${l10n.t('Loading the values…')}</p>`;
    const { study, past } = loaded;
    const changes = past.changes(this.limits);
    const sentence = changesText(changes.toFail.length, changes.toPass.length, past.count);
    return html`
      <header class="title-bar">
        <h1>${l10n.t('Limits of {0}', study.measurement)}</h1>
        <span class="note">${study.phase} · ${study.procedure}</span>
        <span class="actions"> ${iconButton('refresh', l10n.t('Refresh'), () => send({ type: 'refresh' }))} </span>
      </header>
      <main>
        <p class="note">${sourceText(study)}</p>
        ${this.#chart(loaded, sentence)} ${this.#fields(loaded)}
        <p class="changes" role="status">${sentence}</p>
        ${this.#applyBar(study)}
        <section>
          <h2>${l10n.t('Proposals')}</h2>
          <p class="note">${adviceFor(study.values)}</p>
          ${proposalButtons(proposalsFrom(study.values, limitsIn(this.script), past, study.units), this.limits, (limits) => this.#choose(limits))}
        </section>
        ${changedUnits(changes, study.units)}
      </main>
    `;
  }

  #chart({ study, past, histogram }: Loaded, changes: string): unknown {
    if (this.scale === null) return nothing;
    const { limits, scale } = this;
    const label = l10n.t('Histogram of {0} values.', countText(study.values.length));
    const { digits } = past;
    return limitsChart({ histogram, scale, limits, units: study.units, changes, label, digits, move: this.#move });
  }

  #fields({ study }: Loaded): unknown {
    const field = (side: Side, label: string): unknown => html`
      <label>
        ${label}
        <input
          type="number"
          step="any"
          placeholder=${l10n.t('none')}
          .value=${this.limits[side] === null ? '' : String(this.limits[side])}
          @change=${({ target }: Event) => {
            if (!(target instanceof HTMLInputElement)) return;
            const limit = target.value.trim() === '' ? null : target.valueAsNumber;
            this.#choose({ ...this.limits, [side]: limit });
          }}
        />
        ${study.units ?? nothing}
      </label>
    `;
    return html`
      <div class="fields">${field('lower', l10n.t('Lower limit'))} ${field('upper', l10n.t('Upper limit'))}</div>
    `;
  }

  #applyBar({ script: file, units }: LimitsStudy): unknown {
    const { script, limits } = this;
    const { lower, upper } = limits;
    const current = limitsIn(script);
    const isReversed = lower !== null && upper !== null && lower > upper;
    const isApplied = current !== null && isSame(current, limits);
    const canApply = current !== null && !isReversed && !isApplied;
    const note =
      script?.kind === 'refused'
        ? script.message
        : isReversed
          ? l10n.t('The lower limit is above the upper one.')
          : isApplied
            ? l10n.t('{0} has these limits.', file)
            : l10n.t('In {0}: {1}', file, limitsText(current ?? none, units));
    return html`
      <div class="apply">
        <vscode-button ?disabled=${!canApply} @click=${() => canApply && send({ type: 'apply', limits })}>
          ${l10n.t('Apply to Script')}
        </vscode-button>
        <span class="note">${script?.kind === 'refused' || isReversed ? icon('warning') : nothing} ${note}</span>
      </div>
    `;
  }
}
customElements.define('limits-view', LimitsView);

function sourceText({ values, has_more: hasMore, values_in_other_units: others }: LimitsStudy): string {
  const count = countText(values.length);
  const source = hasMore
    ? l10n.t('The newest {0} values; older ones are not counted. Each unit counts with its newest value.', count)
    : l10n.t('All {0} values. Each unit counts with its newest value.', count);
  return others === 0
    ? source
    : `${source} ${l10n.t('{0} values in other units of measure are left out.', countText(others))}`;
}

function adviceFor(values: readonly number[]): string {
  const normality = testNormality(values);
  if (normality.kind === 'tooFew') return l10n.t('{0} values say little about the limits.', countText(normality.count));
  return normality.kind === 'tested' && !normality.isNormal
    ? l10n.t('The values are not normally distributed: prefer percentiles to sigma and Ppk.')
    : l10n.t('Proposals say what is usual, not what the product needs.');
}
