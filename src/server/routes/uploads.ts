import { Readable } from 'node:stream';
import { byId } from '../../contract/common.ts';
import { json } from '../http/answers.ts';
import { parseInput } from '../http/input.ts';
import { conflict, notFound } from '../refusal.ts';
import type { RouteNeeds } from '../routeNeeds.ts';
import { findUpload, noteStored } from '../store/uploads.ts';
import { existingUpload } from './existing.ts';

const mediaType = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w.+-]+)*$/;

/** Contents of attachments. The address itself is the permission: storage services work so, and clients send no key. */
export function uploadRoutes({ app, store, writer, files, urls }: RouteNeeds): void {
  app.put('/api/uploads/:id', async (c) => {
    urls.check('PUT', c.req.path, { expires: c.req.query('expires'), signature: c.req.query('signature') });
    const upload = await existingUpload(store, parseInput(byId, c.req.param()).id);
    if (upload.stored_at !== null && (upload.run_id !== null || upload.unit_id !== null)) {
      throw conflict(`The file "${upload.name}" belongs to a run or unit already and cannot be changed.`);
    }
    const content = await files.write(upload.id, c.req.raw.body ?? Readable.from([]));
    const type = c.req.header('content-type') ?? null;
    const isThere = await writer.write(async (change) => {
      await noteStored(change, upload.id, { ...content, content_type: type && mediaType.test(type) ? type : null });
      return (await findUpload(change, upload.id)) !== null;
    });
    if (!isThere) {
      await files.remove([upload.id]);
      throw notFound(`The upload "${upload.name}" was deleted while its content was on its way.`);
    }
    return json({ id: upload.id });
  });

  app.get('/api/attachments/:id', async (c) => {
    urls.check('GET', c.req.path, { expires: c.req.query('expires'), signature: c.req.query('signature') });
    const { id, name, size, content_type } = await existingUpload(store, parseInput(byId, c.req.param()).id);
    if (size === null) throw notFound(`The content of "${name}" was never uploaded.`);
    return new Response(ReadableStream.from(files.read(id)), {
      headers: {
        'Content-Type': content_type ?? 'application/octet-stream',
        'Content-Length': String(size),
        'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });
}
