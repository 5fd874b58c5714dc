import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import type { LiveState, StudyTurn } from '../../shared/contract/operator.ts';
import { icon } from '../shared/icons.ts';
import { idIn, reason, type SlotPlace } from './words.ts';

interface StartOptions {
  readonly state: LiveState;
  readonly place: SlotPlace;
  readonly study: StudyTurn | null;
  readonly mayAct: boolean;
  readonly inEditor: boolean;
  readonly serial: string;
  readonly loop: boolean;
  readonly isStarting: boolean;
  readonly duplicateIn: number | undefined;
  readonly isUnitElsewhere: (serial: string) => boolean;
  readonly onInput: (serial: string) => void;
  readonly onUseNext: (serial: string) => void;
  readonly onLoop: (loop: boolean) => void;
  readonly onStart: (serial: string) => void;
  readonly onChooseScript: () => void;
}

type FieldEvent = MouseEvent & { target: HTMLInputElement };

/** The browser would drop the selection after the click event, and with it the one that the click handler makes. */
function dropSelection({ target, button, shiftKey }: FieldEvent): void {
  if (button !== 0 || shiftKey) return;
  target.focus(); // focusing restores the field's old selection, so focus first
  target.setSelectionRange(target.selectionEnd, target.selectionEnd);
}

/** Selects the whole text, so that a scan replaces it. A part that was selected by dragging stays selected. */
function selectText({ target, detail }: FieldEvent): void {
  if (detail > 1 || target.selectionStart === target.selectionEnd) target.select();
}

export function startForm(options: StartOptions): unknown {
  const { state, place, study, mayAct, isStarting } = options;
  const { offer, actions, test } = state;
  const why = isStarting ? null : actions.start;
  const locked = !mayAct || why !== null || isStarting;
  const script = offer?.script ?? null;
  const proposed = script === null ? null : (study?.serial_number ?? offer?.next_serial_number ?? null);
  const next = proposed === null || options.isUnitElsewhere(proposed) ? null : proposed;
  const field = idIn('serial', place);
  const duplicate =
    options.duplicateIn === undefined
      ? null
      : l10n.t('{0} is being tested in slot {1}.', options.serial.trim(), options.duplicateIn);
  const problem = duplicate ?? offer?.problem ?? null;
  const isOnStationLine = place.isOneOfSeveral && why === 'no-window';
  const note = mayAct && why !== null && !isOnStationLine ? reason(why) : nothing;
  return html`
    <form
      class="start"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        if (!locked && options.serial.trim() !== '') options.onStart(options.serial.trim());
      }}
    >
      ${study === null || place.isOneOfSeveral ? nothing : studyTurn(study)}
      <label for=${field}>${test === null ? l10n.t('Serial number') : l10n.t('Next unit: serial number')}</label>
      <div class="start-line">
        <input
          id=${field}
          name="serial"
          autocomplete="off"
          spellcheck="false"
          maxlength="60"
          placeholder=${next === null ? l10n.t('Scan, or type and press Enter') : l10n.t('Scan, or type; next: {0}', next)}
          .value=${options.serial}
          ?disabled=${!mayAct || script === null}
          @mousedown=${dropSelection}
          @click=${selectText}
          @input=${({ target }: Event & { target: HTMLInputElement }) => options.onInput(target.value)}
        />
        <button type="submit" class="large primary" ?disabled=${locked || options.serial.trim() === ''}>
          ${icon('play')} <span class="words">${isStarting ? l10n.t('Starting…') : l10n.t('Start Test')}</span>
        </button>
      </div>
      <div class="start-notes">
        ${
          next === null || locked || options.serial !== ''
            ? nothing
            : html`<button type="button" class="link" @click=${() => options.onUseNext(next)}>
                ${l10n.t('Use {0}', next)}
              </button>`
        }
        ${script === null || place.isOneOfSeveral ? nothing : scriptName(script)}
        ${script === null ? nothing : loopBox(options)}
        ${
          options.inEditor && mayAct && !place.isOneOfSeveral
            ? scriptButton(script !== null, options.onChooseScript)
            : nothing
        }
      </div>
      <p class="note">${note}</p>
      ${problem === null ? nothing : html`<p class="problem" role="alert">${icon('warning')} ${problem}</p>`}
    </form>
  `;
}

function loopBox({ loop, mayAct, onLoop, place }: StartOptions): unknown {
  const label = l10n.t('Loop: after a PASS, start the next serial number automatically');
  return html`<label class="check" title=${place.isOneOfSeveral ? label : nothing}>
    <input
      type="checkbox"
      name="loop"
      aria-label=${place.isOneOfSeveral ? label : nothing}
      .checked=${loop}
      ?disabled=${!mayAct}
      @change=${({ target }: Event & { target: HTMLInputElement }) => onLoop(target.checked)}
    />
    ${place.isOneOfSeveral ? l10n.t('Loop') : label}
  </label>`;
}

export const scriptName = (script: string): unknown => html`<span class="note">${icon('file-code')} ${script}</span>`;

export const scriptButton = (hasScript: boolean, choose: () => void): unknown =>
  html`<button type="button" class="link" @click=${choose}>
    ${hasScript ? l10n.t('Change Script…') : l10n.t('Set Station Script…')}
  </button>`;

export const studyTurn = ({ name, position, run_count, serial_number, appraiser }: StudyTurn): unknown => html`
  <p class="study" role="status">
    <strong>${l10n.t('Next part: {0} · {1}', serial_number, appraiser)}</strong>
    <span class="note">${l10n.t('Gauge study {0}, run {1} of {2}', name, position, run_count)}</span>
  </p>
`;
