import type { PromptComponent, PromptValues } from '../contract/promptForm.ts';

export type PromptProblem = 'required' | 'number' | 'tooSmall' | 'tooLarge' | 'tooShort' | 'tooLong' | 'pattern';

export function promptProblem(
  component: Pick<PromptComponent, 'is_required' | 'type' | 'min' | 'max' | 'min_length' | 'max_length' | 'pattern'>,
  value: PromptValues[string] | undefined,
): PromptProblem | null {
  const { type, min, max } = component;
  const isEmpty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
  if (isEmpty) return component.is_required ? 'required' : null;
  if (type === 'number_input' || type === 'slider') {
    const number = Number(value);
    if (Number.isNaN(number)) return 'number';
    if (min !== null && number < min) return 'tooSmall';
    return max !== null && number > max ? 'tooLarge' : null;
  }
  return typeof value === 'string' ? textProblem(component, value) : null;
}

function textProblem(
  { min_length, max_length, pattern }: Pick<PromptComponent, 'min_length' | 'max_length' | 'pattern'>,
  value: string,
): PromptProblem | null {
  const { length } = Array.from(value); // characters, as Rust counts them
  if (min_length !== null && length < min_length) return 'tooShort';
  if (max_length !== null && length > max_length) return 'tooLong';
  return pattern !== null && !matches(pattern, value) ? 'pattern' : null;
}

/** The pattern is one of Rust. What JavaScript does not understand is left to the program. */
function matches(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true;
  }
}
