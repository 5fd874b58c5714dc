import { Readable } from 'node:stream';
import { byId } from '../../contract/common.ts';
import { json } from '../http/answers.ts';
import { parseInput } from '../http/input.ts';
import { conflict, notFound } from '../refusal.ts';
import type { Rooms } from '../rooms.ts';
import { findUpload, noteStored } from '../store/uploads.ts';

const mediaType = /^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w.+-]+)*$/;

/** Contents of attachments. The address itself is the permission: storage services work so, and clients send no key. */
export function attachmentRoutes({ app, store, files, urls }: Rooms): void {
  const existing = async (id: string) => {
    const upload = await findUpload(store, id);
    if (upload) return upload;
    throw notFound(`There is no attachment with the id ${id}.`);
  };

  app.put('/api/uploads/:id', async (c) => {
    urls.check('PUT', c.req.path, { expires: c.req.query('expires'), signature: c.req.query('signature') });
    const { id, name, run_id } = await existing(parseInput(byId, c.req.param()).id);
    if (run_id !== null) throw conflict(`The file "${name}" belongs to a run already and cannot be changed.`);
    const size = await files.write(id, c.req.raw.body ?? Readable.from([]));
    const content_type = c.req.header('content-type') ?? null;
    await noteStored(store, id, {
      size,
      content_type: content_type && mediaType.test(content_type) ? content_type : null,
    });
    return json({ id });
  });

  app.get('/api/attachments/:id', async (c) => {
    urls.check('GET', c.req.path, { expires: c.req.query('expires'), signature: c.req.query('signature') });
    const { id, name, size, content_type } = await existing(parseInput(byId, c.req.param()).id);
    if (size === null) throw notFound(`The content of "${name}" was never uploaded.`);
    return new Response(Readable.toWeb(files.stream(id)), {
      headers: {
        'Content-Type': content_type ?? 'application/octet-stream',
        'Content-Length': String(size),
        'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'X-Content-Type-Options': 'nosniff',
      },
    });
  });
}
