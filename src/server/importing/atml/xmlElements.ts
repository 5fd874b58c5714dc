import { TextDecoder } from 'node:util';
import { SaxesParser } from 'saxes';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { ImportError } from '../importedRecord.ts';

/** An element without its prefix. The attributes have none either. */
export interface XmlElement {
  readonly name: string;
  readonly line: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
  text: string;
}

/** The file cannot be read from here on. */
export class XmlError extends ImportError {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const maxDepth = 200;

/**
 * Reads the elements of a name and namespace one after another, so that a file may be larger than the memory.
 * Document types are refused: they could define entities that expand without end or name other files.
 * @param isRoot says whether the file is of the expected kind, by the name and the namespace of its outermost element
 * @throws XmlError where the file is not well-formed
 */
export async function* xmlElements(
  chunks: AsyncIterable<Buffer>,
  wanted: string,
  isRoot: (name: string, namespace: string) => boolean,
): AsyncGenerator<XmlElement> {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: XmlElement[] = [];
  const complete: XmlElement[] = [];
  let depth = 0;
  parser.on('error', (error) => {
    throw new XmlError(parser.line, `The file is not well-formed XML: ${messageOf(error)}`);
  });
  parser.on('doctype', () => {
    throw new XmlError(parser.line, 'The file has a document type (DOCTYPE), which is not allowed.');
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    depth += 1;
    if (depth > maxDepth) throw new XmlError(parser.line, `The elements are nested more than ${maxDepth} deep.`);
    if (depth === 1 && !isRoot(local, uri)) throw new XmlError(parser.line, 'The XML file is not ATML Test Results.');
    if (open.length === 0 && local !== wanted) return;
    const element = {
      name: local,
      line: parser.line,
      attributes: Object.fromEntries(
        Object.values(attributes).flatMap((each) => (each.prefix === 'xmlns' ? [] : [[each.local, each.value]])),
      ),
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    depth -= 1;
    const element = open.pop();
    if (element !== undefined && open.length === 0) complete.push(element);
  });

  let decoder: TextDecoder | null = null;
  for await (const chunk of chunks) {
    decoder ??= decoderFor(chunk);
    parser.write(decode(decoder, chunk, parser.line));
    yield* complete.splice(0);
  }
  try {
    parser.close();
  } catch (error) {
    const [unfinished] = open;
    const line = unfinished?.line ?? parser.line;
    throw error instanceof XmlError ? new XmlError(line, error.message) : error;
  }
  yield* complete.splice(0);
}

/** The byte order mark or the declaration names the encoding. */
function decoderFor(start: Buffer): TextDecoder {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le', { fatal: true });
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be', { fatal: true });
  const declared = /^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']/.exec(
    start.toString('latin1', 0, 200),
  );
  const name = /^utf-?16/i.test(declared?.[1] ?? '') ? 'utf-8' : (declared?.[1] ?? 'utf-8');
  try {
    return new TextDecoder(name, { fatal: true });
  } catch {
    throw new XmlError(1, `The file is in the encoding "${name}", which cannot be read.`);
  }
}

function decode(decoder: TextDecoder, chunk: Buffer, line: number): string {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    throw new XmlError(line, `The file is not in the encoding ${decoder.encoding} from about here on.`);
  }
}

export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((child) => child.name === name);

export const childrenOf = (element: XmlElement | undefined, name: string): XmlElement[] =>
  element?.children.filter((child) => child.name === name) ?? [];

export const at = (element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined =>
  path.reduce(childOf, element);

/** Returns the text of an element without blanks around it; null if there is none. */
export const textOf = (element: XmlElement | undefined): string | null => element?.text.trim() || null;
