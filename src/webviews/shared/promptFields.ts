import * as l10n from '@vscode/l10n';
import { html, nothing } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { type PromptComponent, type PromptValues } from '../../shared/contract/promptForm.ts';
import { isRasterDataUrl } from '../../shared/format/images.ts';
import { type PromptProblem, promptProblem } from '../../shared/live/promptProblem.ts';

export interface FieldsState {
  readonly values: PromptValues;
  readonly problems: Readonly<Record<string, PromptProblem>>;
  readonly isLocked: boolean;
  readonly id: string;
  readonly change: (key: string, value: PromptValues[string]) => void;
}

/** Returns the values at the start: a switch is off, a slider in its place, and other fields may be empty. */
export function initialValues(form: readonly PromptComponent[]): PromptValues {
  const values: PromptValues = {};
  for (const { key, type, initial, min } of form) {
    if (type === 'switch') values[key] = initial === true || initial === 'true';
    else if (type === 'slider') values[key] = Number(initial ?? min ?? 0);
    else if (type === 'multiselect' || type === 'checklist') values[key] = choices(initial);
    else if (initial !== null && type !== 'progress' && type !== 'text') {
      values[key] = Array.isArray(initial) ? initial.join(', ') : initial;
    }
  }
  return values;
}

const choices = (initial: PromptComponent['initial']): string[] => {
  if (Array.isArray(initial)) return initial;
  return typeof initial === 'string' && initial !== '' ? initial.split(',').map((each) => each.trim()) : [];
};

/** Returns the values to send: a number as a number, and nothing for a field that was left empty. */
export function valuesToSend(form: readonly PromptComponent[], values: PromptValues): PromptValues {
  const sent: PromptValues = {};
  for (const { key, type } of form) {
    const value = values[key];
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    if (type === 'text' || type === 'image' || type === 'progress') continue;
    sent[key] = type === 'number_input' || type === 'slider' ? Number(value) : value;
  }
  return sent;
}

export function problemsOf(form: readonly PromptComponent[], values: PromptValues): Record<string, PromptProblem> {
  return Object.fromEntries(
    form.flatMap((component) => {
      const problem = promptProblem(component, values[component.key]);
      return problem === null ? [] : [[component.key, problem]];
    }),
  );
}

export const promptFields = (form: readonly PromptComponent[], state: FieldsState): unknown =>
  html`<div class="prompt-fields">
    ${form.map((component, index) => field(component, `${state.id}-${index}`, state))}
  </div>`;

function field(component: PromptComponent, id: string, state: FieldsState): unknown {
  switch (component.type) {
    case 'text':
      return display(component, html`<p class="prompt-text">${textOf(component)}</p>`);
    case 'image':
      return display(component, picture(component.image, component.label));
    case 'progress':
      return display(
        component,
        html`<progress
          aria-label=${component.label}
          max=${component.max ?? 100}
          .value=${Number(component.initial ?? 0)}
        ></progress>`,
      );
    case 'radio':
    case 'multiselect':
    case 'checklist':
      return choice(component, id, state);
    default:
      return single(component, id, state);
  }
}

const textOf = ({ initial, label }: PromptComponent): string =>
  typeof initial === 'string' || typeof initial === 'number' ? String(initial) : label;

function display({ label, description, type }: PromptComponent, content: unknown): unknown {
  return html`<div class="prompt-field" data-type=${type}>
    ${type === 'text' ? nothing : html`<span class="prompt-label">${label}</span>`} ${content}
    ${description === null ? nothing : html`<p class="note">${description}</p>`}
  </div>`;
}

function picture(address: string | null, label: string): unknown {
  if (address === null) return nothing;
  return isRasterDataUrl(address)
    ? html`<img class="prompt-image" src=${address} alt=${label} />`
    : html`<p class="note">${l10n.t('Image not loaded: {0}', address.slice(0, 500))}</p>`;
}

function single(component: PromptComponent, id: string, state: FieldsState): unknown {
  const { type, label, prefix, suffix } = component;
  return html`<div class="prompt-field" data-type=${type}>
    <label class="prompt-label" for=${id}>${label}${requiredMark(component)}</label>
    <span class="prompt-control">
      ${prefix === null ? nothing : html`<span>${prefix}</span>`} ${control(component, id, state)}
      ${suffix === null ? nothing : html`<span>${suffix}</span>`}
    </span>
    ${notes(component, id, state)}
  </div>`;
}

function control(component: PromptComponent, id: string, state: FieldsState): unknown {
  const { key, type, placeholder, min, max, step, options } = component;
  const value = state.values[key];
  const onText = ({ target }: Event & { target: HTMLInputElement }): void => state.change(key, target.value);
  switch (type) {
    case 'switch':
      return html`<input
        id=${id}
        type="checkbox"
        role="switch"
        .checked=${value === true}
        ?disabled=${state.isLocked}
        aria-describedby=${`${id}-notes`}
        @change=${({ target }: Event & { target: HTMLInputElement }) => state.change(key, target.checked)}
      />`;
    case 'textarea':
      return html`<textarea
        id=${id}
        rows="4"
        placeholder=${placeholder ?? ''}
        .value=${String(value ?? '')}
        ?disabled=${state.isLocked}
        aria-required=${component.is_required}
        aria-invalid=${state.problems[key] !== undefined}
        aria-describedby=${`${id}-notes`}
        @input=${onText}
      ></textarea>`;
    case 'select':
      return html`<select
        id=${id}
        ?disabled=${state.isLocked}
        aria-required=${component.is_required}
        aria-invalid=${state.problems[key] !== undefined}
        aria-describedby=${`${id}-notes`}
        @change=${onText}
      >
        <option value="" ?selected=${value === undefined}>${placeholder ?? l10n.t('Choose…')}</option>
        ${options.map((each) => html`<option value=${each.value} ?selected=${value === each.value}>${each.label}</option>`)}
      </select>`;
    default: {
      const isSlider = type === 'slider';
      const isNumber = type === 'number_input' || isSlider;
      return html`<input
          id=${id}
          type=${isSlider ? 'range' : isNumber ? 'number' : 'text'}
          autocomplete="off"
          spellcheck="false"
          placeholder=${placeholder ?? ''}
          min=${ifDefined(isNumber ? (min ?? undefined) : undefined)}
          max=${ifDefined(isNumber ? (max ?? undefined) : undefined)}
          step=${ifDefined(isNumber ? (step ?? 'any') : undefined)}
          .value=${String(value ?? '')}
          ?disabled=${state.isLocked}
          aria-required=${isSlider ? nothing : component.is_required}
          aria-invalid=${state.problems[key] !== undefined}
          aria-describedby=${`${id}-notes`}
          @input=${onText}
        />${isSlider ? html`<output for=${id}>${String(value ?? '')}</output>` : nothing}`;
    }
  }
}

function choice(component: PromptComponent, id: string, state: FieldsState): unknown {
  const { key, type, label, options } = component;
  const isSingle = type === 'radio';
  const value = state.values[key];
  const chosen = Array.isArray(value) ? value : [];
  const toggle = (option: string, isOn: boolean): void => {
    if (isSingle) state.change(key, option);
    else
      state.change(
        key,
        options.map((each) => each.value).filter((each) => (each === option ? isOn : chosen.includes(each))),
      );
  };
  return html`<fieldset
    class="prompt-field"
    data-type=${type}
    role=${isSingle ? 'radiogroup' : 'group'}
    aria-required=${isSingle ? component.is_required : nothing}
    aria-describedby=${`${id}-notes`}
    ?disabled=${state.isLocked}
  >
    <legend class="prompt-label">${label}${requiredMark(component)}</legend>
    <div class="prompt-options">
      ${options.map(
        (option) =>
          html`<label class="prompt-option">
            <input
              type=${isSingle ? 'radio' : 'checkbox'}
              name=${id}
              .checked=${isSingle ? value === option.value : chosen.includes(option.value)}
              @change=${({ target }: Event & { target: HTMLInputElement }) => toggle(option.value, target.checked)}
            />
            <span>${option.label}</span>
            ${option.image === null ? nothing : picture(option.image, option.label)}
          </label>`,
      )}
    </div>
    ${notes(component, id, state)}
  </fieldset>`;
}

const requiredMark = ({ is_required, type }: PromptComponent): unknown =>
  is_required && type !== 'switch' ? html` <span class="note">${l10n.t('required')}</span>` : nothing;

function notes(component: PromptComponent, id: string, { problems }: FieldsState): unknown {
  const problem = problems[component.key];
  return html`<div id=${`${id}-notes`}>
    ${component.description === null ? nothing : html`<p class="note">${component.description}</p>`}
    ${problem === undefined ? nothing : html`<p class="prompt-problem" role="alert">${problemText(problem, component)}</p>`}
  </div>`;
}

const problemText = (problem: PromptProblem, { min, max, min_length, max_length }: PromptComponent): string =>
  ({
    required: l10n.t('A value is required.'),
    number: l10n.t('Enter a number.'),
    tooSmall: l10n.t('Enter a number of at least {0}.', String(min)),
    tooLarge: l10n.t('Enter a number of up to {0}.', String(max)),
    tooShort: l10n.t('Enter at least {0} characters.', String(min_length)),
    tooLong: l10n.t('Enter up to {0} characters.', String(max_length)),
    pattern: l10n.t('The text does not have the form that the test expects.'),
  })[problem];
