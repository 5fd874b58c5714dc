/** How deep JSON from outside may be nested: what goes through it by recursion would otherwise run out of stack. */
export const deepest = 100;

/** Whether JSON text opens more than `deepest` lists and objects within each other. It need not be valid. */
export function isTooDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '"':
        at = endOfText(json, at);
        break;
      case '[':
      case '{':
        if (++depth > deepest) return true;
        break;
      case ']':
      case '}':
        depth--;
    }
  }
  return false;
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
