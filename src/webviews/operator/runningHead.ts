import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { LiveTest } from '../../shared/contract/liveTest.ts';
import type { LiveState } from '../../shared/contract/operator.ts';
import { formatClock, progressOf } from '../../shared/live/operatorTexts.ts';
import { icon } from '../shared/icons.ts';
import { idIn, partRole, reason, type SlotPlace } from './words.ts';

/** Procedures and scripts of the v2 client name their procedure by an id, which says nothing to people. */
const isId = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export function runningHead(
  test: LiveTest,
  { actions, connected }: LiveState,
  now: number,
  mayAct: boolean,
  place: SlotPlace,
): unknown {
  const { done, all } = progressOf(test);
  const running = test.phases.findLast(({ state }) => state === 'RUNNING');
  const starter = test.started_by === undefined ? null : l10n.t('Started by an assistant');
  const facts = [starter, test.part_number, test.procedure_id, test.name].filter(
    (fact) => fact !== null && fact !== '' && !isId.test(fact),
  );
  return html`
    <section class="running" role=${partRole(place)} aria-label=${l10n.t('Running test')}>
      <div class="running-unit">
        <span class="serial">${test.serial_number ?? l10n.t('Unit not known yet')}</span>
        <span class="note">${facts.join(' · ')}</span>
      </div>
      <div class="running-state">
        <span class="running-phase"
          >${
            connected
              ? (running?.name ?? (test.status === 'waiting' ? l10n.t('Waiting for the unit') : l10n.t('Running')))
              : html`${icon('debug-disconnect')} ${l10n.t('Lost connection to the script.')}`
          }</span
        >
        <progress max=${Math.max(all, 1)} value=${done} aria-label=${l10n.t('Phases done')}></progress>
        <span class="running-time">${test.started_at === null ? '' : formatClock(now - test.started_at)}</span>
      </div>
      ${
        mayAct
          ? html`<button
              type="button"
              class="large stop"
              ?disabled=${actions.stop !== null}
              title=${actions.stop === null ? nothing : reason(actions.stop)}
              @click=${() => document.querySelector<HTMLDialogElement>(`#${idIn('stop-dialog', place)}`)?.showModal()}
            >
              ${icon('debug-stop')}
              <span class="words">${actions.stop === 'stopping' ? l10n.t('Stopping…') : l10n.t('Stop')}</span>
            </button>`
          : nothing
      }
      ${mayAct && actions.stop === 'started-elsewhere' ? html`<p class="note stop-note">${reason(actions.stop)}</p>` : nothing}
    </section>
  `;
}

export function stopDialog({ serial_number: unit }: LiveTest, place: SlotPlace, stop: () => void): unknown {
  const title = idIn('stop-title', place);
  const text = idIn('stop-text', place);
  return html`
    <dialog id=${idIn('stop-dialog', place)} aria-labelledby=${title} aria-describedby=${text}>
      <h2 id=${title}>
        ${place.isOneOfSeveral ? l10n.t('Stop the test in slot {0}?', place.number) : l10n.t('Stop the test?')}
      </h2>
      ${place.isOneOfSeveral && unit !== null ? html`<p class="serial">${unit}</p>` : nothing}
      <p id=${text}>${l10n.t('The running phase ends, teardown runs, and the unit counts as ABORTED.')}</p>
      <form method="dialog" class="dialog-buttons">
        <button type="submit" class="large">${l10n.t('Keep Running')}</button>
        <button type="submit" class="large danger" @click=${stop}>${l10n.t('Stop Test')}</button>
      </form>
    </dialog>
  `;
}
