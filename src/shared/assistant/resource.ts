import type { CallOperation } from './tool.ts';

/** A text of the server that assistants and their users can name by an address. */
export interface AssistantResource {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly mimeType: 'text/markdown' | 'application/json';
  readonly uriTemplate: `teststations://${string}`;
  /** @throws ToolError if there is no such thing, or its user may not read it */
  read(value: string, call: CallOperation): Promise<string>;
  complete(typed: string, call: CallOperation): Promise<readonly string[]>;
}

export function valueInUri(uriTemplate: string, uri: string): string | null {
  const [before = '', after = ''] = uriTemplate.split(/\{\w+\}/);
  if (!uri.startsWith(before) || !uri.endsWith(after) || uri.length <= before.length + after.length) return null;
  const encoded = uri.slice(before.length, uri.length - after.length);
  if (encoded.includes('/')) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
