export function parseDataUrl(address: string): { type: string; content: Uint8Array<ArrayBuffer> } | undefined {
  const match = /^data:([^,;]*)([^,]*),(.*)$/is.exec(address);
  if (match === null) return undefined;
  const [, type = '', parameters = '', data = ''] = match;
  try {
    const text = decodeURIComponent(data);
    const content = /;base64$/i.test(parameters.trim())
      ? Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
      : new TextEncoder().encode(text);
    return { type: type.trim().toLowerCase(), content };
  } catch {
    return undefined;
  }
}
