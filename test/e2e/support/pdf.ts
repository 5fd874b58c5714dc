import { extractText, getDocumentProxy } from 'unpdf';

/** Reads the text of each page of a PDF by another program than the one that wrote it. */
export async function readPdf(bytes: Uint8Array): Promise<{ pages: string[]; title: unknown }> {
  const document = await getDocumentProxy(new Uint8Array(bytes));
  const { text } = await extractText(document, { mergePages: false });
  const { info } = await document.getMetadata();
  const title = 'Title' in info ? info.Title : undefined;
  return { pages: text.map((page) => page.normalize('NFKC').replace(/\s+/g, ' ')), title };
}
