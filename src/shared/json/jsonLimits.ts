/** The maximum nesting of untrusted JSON. Recursive functions would otherwise exceed the stack. */
export const maxDepth = 100;

/** The maximum number of values in untrusted JSON, because a few bytes of text take a hundred times as much memory. */
export const maxValues = 2_000_000;
export const maxObjects = 200_000;

/** Returns which limit a JSON text exceeds, as the end of a sentence; null if none. The text need not be valid. */
export function exceededLimit(json: string): string | null {
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
      if (depth > maxDepth) return `is nested more than ${maxDepth} levels deep`;
      if (objects > maxObjects) return `has more than ${maxObjects.toLocaleString('en-US')} objects`;
    } else if (character === ']' || character === '}') depth -= 1;
    if (values > maxValues) return `has more than ${maxValues.toLocaleString('en-US')} values`;
  }
  return null;
}

function endOfText(json: string, start: number): number {
  let at = start;
  do {
    at = json.indexOf('"', at + 1);
    if (at < 0) return json.length;
  } while (isEscaped(json, at));
  return at;
}

function isEscaped(json: string, at: number): boolean {
  let first = at;
  while (json[first - 1] === '\\') first--;
  return (at - first) % 2 === 1;
}
