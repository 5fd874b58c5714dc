import type { EngineComponent, EngineEvent, EngineValue } from '../contract/engine.ts';
import { isPromptInput, type PromptComponent, promptComponent, type PromptValues } from '../contract/promptForm.ts';

/** A part of a type that is unknown here is a text field if the engine waits for its value, and otherwise left out. */
export function promptComponents(
  reported: readonly EngineComponent[],
  declared: ReadonlyMap<string, Partial<PromptComponent>>,
): PromptComponent[] {
  return reported.slice(0, 100).flatMap((component) => {
    const known = promptComponent.shape.type.safeParse(component.type).data;
    const type = known ?? (component.is_input ? 'text_input' : undefined);
    if (type === undefined) return [];
    const details = declared.get(component.key) ?? {};
    const imageOf = (value: string): string | null =>
      details.options?.find((option) => option.value === value)?.image ?? null;
    const initial =
      promptComponent.shape.initial.safeParse(component.default_value ?? details.initial ?? null).data ?? null;
    const part = promptComponent.safeParse({
      ...details,
      key: component.key,
      type,
      label: cut(component.label ?? component.key, 500),
      description: component.description == null ? null : cut(component.description, 2_000),
      placeholder: component.placeholder == null ? null : cut(component.placeholder, 500),
      is_required: component.required,
      ...(type === 'image' ? { image: addressOf(initial), initial: null } : { initial }),
      options: (component.options ?? [])
        .slice(0, 500)
        .map(({ value, label }) => ({ value, label: cut(label ?? value, 500), image: imageOf(value) })),
      min: component.min ?? null,
      max: component.max ?? details.max ?? null,
      step: component.step ?? null,
    });
    return part.success ? [part.data] : [];
  });
}

const addressOf = (initial: PromptComponent['initial']): string | null =>
  typeof initial === 'string' ? initial : null;

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

export function engineValues(
  components: readonly PromptComponent[],
  values: PromptValues,
): Record<string, EngineValue> {
  const given: Record<string, EngineValue> = {};
  for (const component of components) {
    const value = Object.hasOwn(values, component.key) ? values[component.key] : undefined;
    if (value !== undefined && isPromptInput(component)) given[component.key] = value;
  }
  return given;
}

export function refusalText(event: EngineEvent & { type: 'ui_error' }, components: readonly PromptComponent[]): string {
  const label = components.find(({ key }) => key === event.field)?.label ?? event.field ?? '';
  const expected = event.expected === undefined || event.expected === null ? '' : ` (${textOf(event.expected)})`;
  switch (event.reason) {
    case 'missing_required':
      return `${label}: a value is required.`;
    case 'invalid_value':
      return `${label}: the value was not accepted${expected}.`;
    default:
      return `The answer was not accepted: ${event.reason}${label === '' ? '' : ` ${label}`}${expected}.`;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 300);
