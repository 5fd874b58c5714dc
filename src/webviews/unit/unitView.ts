import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { type ShownUnit, toUnitPage, type UnitRun } from '../../shared/contract/unitPage.ts';
import { formatSize } from '../../shared/format/values.ts';
import { language, PageElement, states } from '../shared/element.ts';
import { failurePage } from '../shared/failurePage.ts';
import { handleMessages } from '../shared/host.ts';
import { icon, iconButton, outcomeMark } from '../shared/icons.ts';
import { fact, link } from '../shared/pageParts.ts';
import { send } from './host.ts';
import { runsSection } from './runsSection.ts';

class UnitView extends PageElement {
  static override properties = states('shown', 'failure');
  declare shown: { unit: ShownUnit; runs: readonly UnitRun[]; hasMore: boolean } | undefined;
  declare failure: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    handleMessages(toUnitPage, {
      unit: ({ unit, runs, has_more }) => {
        this.failure = undefined;
        this.shown = { unit, runs, hasMore: has_more };
      },
      failed: ({ message }) => (this.failure = message),
    });
  }

  protected override render(): unknown {
    if (this.failure !== undefined) {
      return failurePage(l10n.t('This unit cannot be shown'), this.failure, () => send({ type: 'refresh' }));
    }
    if (!this.shown) return html`<p class="note loading" role="status">${l10n.t('Loading the unit…')}</p>`;
    const { unit, runs, hasMore } = this.shown;
    const [last] = runs;
    return html`
      <header class="title-bar">
        <h1>
          ${last === undefined ? nothing : html`<span title=${l10n.t('Outcome of the last run')}>${outcomeMark(last.outcome)}</span>`}
          <span class="serial">${unit.serial_number}</span>
        </h1>
        <div class="actions">
          ${iconButton('export', l10n.t('Export…'), () => send({ type: 'export' }))}
          ${iconButton('refresh', l10n.t('Refresh'), () => send({ type: 'refresh' }))}
        </div>
      </header>
      <main>${facts(unit)} ${runsSection(runs, hasMore, () => this.requestUpdate())} ${attachments(unit)}</main>
    `;
  }
}
customElements.define('unit-view', UnitView);

function facts(unit: ShownUnit): unknown {
  const { part, batch, sample, parent, children } = unit;
  const creator = unit.created_by_station?.name ?? unit.created_by_user?.name;
  const known = (label: string, value: unknown): unknown => (value ? fact(label, value) : nothing);
  return html`
    <dl class="facts">
      ${known(l10n.t('Part'), part.name === '' || part.name === part.number ? part.number : `${part.number} · ${part.name}`)}
      ${known(l10n.t('Revision'), part.revision.number)} ${known(l10n.t('Batch'), batch?.number)}
      ${fact(
        l10n.t('Sample'),
        html`${sample === null ? l10n.t('none, a production unit') : sampleText(sample)}
        ${link(l10n.t('Mark Unit…'), () => send({ type: 'mark' }))}`,
      )}
      ${known(l10n.t('Created'), [timeText(unit.created_at), creator].filter(Boolean).join(' · '))}
      ${known(l10n.t('Built into'), parent && unitLink(parent))}
      ${known(
        l10n.t('Sub-units'),
        children.length > 0 &&
          html`<ul class="units">
            ${children.map((each) => html`<li>${unitLink(each)}</li>`)}
          </ul>`,
      )}
    </dl>
  `;
}

const unitLink = ({ serial_number, part }: NonNullable<ShownUnit['parent']>): unknown =>
  html`${link(serial_number, () => send({ type: 'openUnit', serial_number }))}
    <span class="note">${part.number}</span>`;

const sampleText = (sample: NonNullable<ShownUnit['sample']>): string =>
  ({
    golden: l10n.t('golden unit'),
    failing: l10n.t('failing sample'),
    ignored: l10n.t('left out of statistics'),
  })[sample];

function attachments({ attachments: all }: ShownUnit): unknown {
  if (all.length === 0) return nothing;
  return html`
    <section aria-labelledby="attachments">
      <h2 id="attachments">${l10n.t('Attachments of the unit')}</h2>
      <ul class="attachments">
        ${all.map(
          ({ id, name, size }) =>
            html`<li>
              ${icon('file')} <span class="name">${name}</span>
              <span class="note">${size === null ? l10n.t('never uploaded') : formatSize(size)}</span>
              ${
                size === null
                  ? nothing
                  : html`${iconButton('go-to-file', l10n.t('Open {0}', name), () => send({ type: 'openAttachment', attachment: id }))}
                    ${iconButton('save', l10n.t('Save {0} as…', name), () => send({ type: 'saveAttachment', attachment: id }))}`
              }
            </li>`,
        )}
      </ul>
    </section>
  `;
}

const timeText = (iso: string): string =>
  new Date(iso).toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'short' });
