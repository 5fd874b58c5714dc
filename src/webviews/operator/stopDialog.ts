import * as l10n from '@vscode/l10n';
import { html } from 'lit';

export const stopDialog = (stop: () => void): unknown => html`
  <dialog id="stop-dialog" aria-labelledby="stop-title" aria-describedby="stop-text">
    <h2 id="stop-title">${l10n.t('Stop the test?')}</h2>
    <p id="stop-text">${l10n.t('The running phase ends, teardown runs, and the unit counts as ABORTED.')}</p>
    <form method="dialog" class="dialog-buttons">
      <button type="submit" class="large">${l10n.t('Keep Running')}</button>
      <button type="submit" class="large danger" @click=${stop}>${l10n.t('Stop Test')}</button>
    </form>
  </dialog>
`;

export function openStopDialog(): void {
  document.querySelector<HTMLDialogElement>('#stop-dialog')?.showModal();
}
