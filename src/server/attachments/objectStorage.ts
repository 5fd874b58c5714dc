import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { parseXml } from '@rgrove/parse-xml';
import * as z from 'zod';
import type { Content, Contents } from './contents.ts';
import { elementsOf, ObjectRequestError, ObjectRequests, textOf } from './objectRequests.ts';
import { StorageError } from './storageError.ts';
import { type BucketPlace, type StorageAccess, storageAddress } from './storagePlace.ts';

/** A slow connection of 1 MB/s stores a content in time. */
const putLimitMs = (size: number): number => 15_000 + size / 1000;

const owner = z.object({ instance: z.string() });

const attachmentId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class ObjectStorage implements Contents {
  readonly #place: BucketPlace;
  readonly #requests: ObjectRequests;
  readonly #folder: string;

  constructor(place: BucketPlace, access: StorageAccess) {
    this.#place = place;
    this.#requests = new ObjectRequests(place, access);
    this.#folder = `${place.prefix}attachments/`;
  }

  /** @throws StorageError if the bucket cannot be listed */
  async reach(): Promise<void> {
    await this.#list(null, 1);
  }

  /**
   * Checks that the server can read, write and delete here, and marks the place as that of this server: two servers in one
   * place would remove each other's contents.
   * @param instance the id of the server's data
   * @throws StorageError that says what to do
   */
  async claim(instance: string): Promise<void> {
    const key = `${this.#place.prefix}test-stations.json`;
    const text = await this.#readIfExists(key);
    if (text !== null && ownerOf(text) !== instance) {
      throw new StorageError(
        `${storageAddress(this.#place)} contains the attachments of another station server. ` +
          'Choose another bucket or prefix with --attachments.',
      );
    }
    await this.#write(key, JSON.stringify({ instance }));
    await this.#requests.send({ method: 'DELETE', key: `${this.#folder}probe` }, discard);
  }

  async put(id: string, file: string, { size, sha256 }: Content): Promise<void> {
    await this.#requests.send(
      {
        method: 'PUT',
        key: this.#folder + id,
        // The storage refuses a content with another hash.
        headers: { 'Content-Length': String(size), 'X-Amz-Content-Sha256': sha256 },
        body: () => Readable.toWeb(createReadStream(file)),
        answerLimitMs: putLimitMs(size),
      },
      discard,
    );
  }

  open(id: string): Promise<ReadableStream<Uint8Array>> {
    return this.#requests.send({ method: 'GET', key: this.#folder + id }, ({ body }) =>
      Promise.resolve(body ?? ReadableStream.from([])),
    );
  }

  readText(id: string): Promise<string> {
    return this.#requests.send({ method: 'GET', key: this.#folder + id }, (answer) => answer.text());
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.#requests.send({ method: 'DELETE', key: this.#folder + id }, discard);
  }

  async *all(): AsyncGenerator<string[]> {
    for await (const page of this.sizes()) yield [...page.keys()];
  }

  async *sizes(groupSize = 1000): AsyncGenerator<Map<string, number>> {
    let token: string | null = null;
    do {
      const { sizes, next } = await this.#list(token, groupSize);
      yield sizes;
      token = next;
    } while (token !== null);
  }

  #list(token: string | null, limit: number): Promise<{ sizes: Map<string, number>; next: string | null }> {
    const query = {
      'list-type': '2',
      prefix: this.#folder,
      'max-keys': String(limit),
      ...(token !== null && { 'continuation-token': token }),
    };
    return this.#requests.send({ method: 'GET', key: null, query }, async (answer) => {
      const { root } = parseXml(await answer.text());
      if (root?.name !== 'ListBucketResult')
        throw new StorageError('The object storage answered with no list of objects.');
      const sizes = new Map<string, number>();
      for (const object of elementsOf(root, 'Contents')) {
        const id = textOf(object, 'Key')?.slice(this.#folder.length) ?? '';
        if (attachmentId.test(id)) sizes.set(id, Number(textOf(object, 'Size')));
      }
      return { sizes, next: textOf(root, 'IsTruncated') === 'true' ? textOf(root, 'NextContinuationToken') : null };
    });
  }

  async #readIfExists(key: string): Promise<string | null> {
    try {
      return await this.#requests.send({ method: 'GET', key }, (answer) => answer.text());
    } catch (error) {
      if (error instanceof ObjectRequestError && error.status === 404) return null;
      throw error;
    }
  }

  #write(key: string, text: string): Promise<void> {
    return this.#requests.send({ method: 'PUT', key, body: () => text }, discard);
  }
}

const discard = async (answer: Response): Promise<void> => {
  await answer.body?.cancel();
};

function ownerOf(text: string): string | null {
  try {
    return owner.parse(JSON.parse(text)).instance;
  } catch {
    throw new StorageError(
      'The file test-stations.json in the bucket is not of a station server. Choose another prefix.',
    );
  }
}
