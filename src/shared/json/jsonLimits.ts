/** How deep JSON from outside may be nested: what goes through it by recursion would otherwise run out of stack. */
export const deepest = 100;

/** How many values and objects it may have: a few bytes of text become a hundred times as many in memory. */
export const mostValues = 2_000_000;
export const mostObjects = 200_000;

/** Returns by what JSON text is too much, as the end of a sentence, or null. It need not be valid. */
export function excessOf(json: string): string | null {
  let depth = 0;
  let values = 1;
  let objects = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') at = endOfText(json, at);
    else if (character === ',') values += 1;
    else if (character === '[' || character === '{') {
      values += 1;
      depth += 1;
      if (character === '{') objects += 1;
      if (depth > deepest) return `is nested more than ${deepest} levels deep`;
      if (objects > mostObjects) return `has more than ${mostObjects.toLocaleString('en-US')} objects`;
    } else if (character === ']' || character === '}') depth -= 1;
    if (values > mostValues) return `has more than ${mostValues.toLocaleString('en-US')} values`;
  }
  return null;
}

/** Where the text ends that begins at this quotation mark. */
function endOfText(json: string, start: number): number {
  let at = start;
  do {
    at = json.indexOf('"', at + 1);
    if (at < 0) return json.length;
  } while (isEscaped(json, at));
  return at;
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(json: string, at: number): boolean {
  let first = at;
  while (json[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}
