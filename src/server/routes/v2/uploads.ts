import { Readable } from 'node:stream';
import { byId } from '../../../shared/contract/common.ts';
import { json } from '../../http/answers.ts';
import { parseInput } from '../../http/input.ts';
import { badRequest, conflict, notFound, type RefusalError } from '../../http/refusalError.ts';
import type { RouteServices } from '../../routeServices.ts';
import { findUpload, markStored, type StoredContent } from '../../store/uploads.ts';
import { existingUpload } from '../existing.ts';

const completeAlready = (name: string): RefusalError =>
  conflict(`The file "${name}" has its content already, which cannot be changed. Begin another upload.`);

const mediaType = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w.+-]+)*$/;

/**
 * The contents of attachments. The signed address is the permission, as with storage services, because clients send no
 * key. The first content that arrives completely is final.
 */
export function uploadRoutes({ app, store, writer, files, urls }: RouteServices): void {
  /** After an error, the content stays: a commit whose answer was lost may have been made. A repeated upload replaces it. */
  async function storeContent(id: string, name: string, content: StoredContent): Promise<void> {
    if (await writer.write((change) => markStored(change, id, content))) return;
    if ((await findUpload(store, id)) !== null) throw completeAlready(name);
    await files.remove([id]);
    throw notFound(`The upload "${name}" was deleted while its content was on its way.`);
  }

  app.put('/api/uploads/:id', async (c) => {
    urls.check('PUT', c.req.path, { expires: c.req.query('expires'), signature: c.req.query('signature') });
    const { id, name } = await existingUpload(store, parseInput(byId, c.req.param()).id);
    const declared = c.req.header('content-length');
    const type = c.req.header('content-type') ?? null;
    const content_type = type && mediaType.test(type) ? type : null;
    await files.receive(id, c.req.raw.body ?? Readable.from([]), async (content, keep) => {
      if (declared !== undefined && Number(declared) !== content.size) {
        throw badRequest(`The content of "${name}" has ${content.size} bytes; its Content-Length says ${declared}.`);
      }
      const upload = await findUpload(store, id);
      if (upload !== null && upload.stored_at !== null) {
        if (upload.sha256 === content.sha256) return;
        throw completeAlready(name);
      }
      await keep();
      await storeContent(id, name, { ...content, content_type });
    });
    return json({ id });
  });

  app.get('/api/attachments/:id', async (c) => {
    urls.check('GET', c.req.path, { expires: c.req.query('expires'), signature: c.req.query('signature') });
    const { id, name, size, content_type } = await existingUpload(store, parseInput(byId, c.req.param()).id);
    if (size === null) throw notFound(`The content of "${name}" was never uploaded.`);
    const content = c.req.method === 'HEAD' ? null : await files.contents.open(id);
    return new Response(content, {
      headers: {
        'Content-Type': content_type ?? 'application/octet-stream',
        'Content-Length': String(size),
        'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });
}
