import { parseXml, XmlElement } from '@rgrove/parse-xml';
import { AwsClient } from 'aws4fetch';
import pRetry from 'p-retry';
import { messageOf } from '../../shared/format/messageOf.ts';
import { StorageError } from './storageError.ts';
import type { BucketPlace, StorageAccess } from './storagePlace.ts';

const retries = 3;
const firstRetryMs = 200;
const defaultAnswerLimitMs = 10_000;

interface ObjectRequest {
  method: 'GET' | 'PUT' | 'DELETE';
  /** Of the object; null for the bucket. */
  key: string | null;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Called for each attempt. */
  body?: () => ReadableStream<Uint8Array> | string;
  answerLimitMs?: number;
}

export class ObjectRequestError extends StorageError {
  /** Null if there is no answer. */
  readonly status: number | null;
  /** The storage's name for the error, such as `AccessDenied`; null if it gives none. */
  readonly reason: string | null;

  constructor(
    message: string,
    { status, reason, cause }: { status: number | null; reason: string | null; cause?: unknown },
  ) {
    super(message, cause);
    this.status = status;
    this.reason = reason;
  }

  get isTemporary(): boolean {
    return this.status === null || this.status >= 500 || this.status === 408 || this.status === 429;
  }
}

export class ObjectRequests {
  readonly #client: AwsClient;
  readonly #bucketUrl: string;
  readonly #host: string;
  readonly #bucket: string;

  constructor({ bucket }: BucketPlace, access: StorageAccess) {
    const { endpoint, region, accessKeyId, secretAccessKey, sessionToken } = access;
    this.#client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== null && { sessionToken }),
      region,
      service: 's3',
      retries: 0,
    });
    // Every storage has addresses with the bucket in the path. Those with the bucket in the host need entries in a DNS.
    this.#bucketUrl = `${endpoint.replace(/\/+$/, '')}/${bucket}`;
    this.#host = new URL(endpoint).host;
    this.#bucket = bucket;
  }

  /** @param use reads the answer, as a part of what is repeated @throws ObjectRequestError */
  send<T>(request: ObjectRequest, use: (answer: Response) => Promise<T>): Promise<T> {
    return pRetry(() => this.#try(request, use), {
      retries,
      minTimeout: firstRetryMs,
      shouldRetry: ({ error }) => error instanceof ObjectRequestError && error.isTemporary,
    });
  }

  async #try<T>(
    { method, key, query, headers, body, answerLimitMs = defaultAnswerLimitMs }: ObjectRequest,
    use: (answer: Response) => Promise<T>,
  ): Promise<T> {
    const url = new URL(key === null ? this.#bucketUrl : `${this.#bucketUrl}/${key}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const limit = new AbortController();
    const timer = setTimeout(
      () => limit.abort(new Error(`no answer within ${answerLimitMs / 1000} seconds`)),
      answerLimitMs,
    );
    try {
      const content = body?.();
      const signed = await this.#client.sign(url, {
        method,
        ...(headers && { headers }),
        ...(content !== undefined && { body: content }),
        redirect: 'manual',
        signal: limit.signal,
      });
      const answer = await fetch(signed);
      clearTimeout(timer);
      if (!answer.ok) throw await this.#refusal(method, answer);
      return await use(answer);
    } catch (error) {
      if (error instanceof StorageError) throw error;
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw new ObjectRequestError(
        `The object storage at ${this.#host} cannot be reached (${messageOf(cause)}). Check AWS_ENDPOINT_URL and the network.`,
        {
          status: null,
          reason: null,
          cause,
        },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #refusal(method: string, answer: Response): Promise<ObjectRequestError> {
    const { status } = answer;
    const reason = errorCode(await answer.text().catch(() => ''));
    const what = reason === null ? `status ${status}` : `status ${status}, ${reason}`;
    return new ObjectRequestError(
      `The object storage at ${this.#host} refused a ${method} request (${what}). ${this.#adviceFor(status, reason)}`,
      { status, reason },
    );
  }

  #adviceFor(status: number, reason: string | null): string {
    if (reason === 'NoSuchKey') return `The object is missing in the bucket "${this.#bucket}".`;
    if (status === 404) return `Create the bucket "${this.#bucket}", or correct --attachments.`;
    if (reason === 'RequestTimeTooSkewed') return 'Set the clock of this machine.';
    if (status < 400 || reason === 'AuthorizationHeaderMalformed') return 'Check AWS_REGION and AWS_ENDPOINT_URL.';
    if (reason === 'InvalidAccessKeyId' || reason === 'SignatureDoesNotMatch' || status === 401) {
      return 'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';
    }
    if (status === 403) {
      return `Allow this access key to list, read, write and delete objects of the bucket "${this.#bucket}".`;
    }
    return 'Check the storage and its log.';
  }
}

export function textOf(element: XmlElement, name: string): string | null {
  return elementsOf(element, name)[0]?.text ?? null;
}

export const elementsOf = ({ children }: XmlElement, name: string): XmlElement[] =>
  children.filter((child): child is XmlElement => child instanceof XmlElement && child.name === name);

function errorCode(body: string): string | null {
  try {
    const { root } = parseXml(body);
    const code = root === null ? null : textOf(root, 'Code');
    return code !== null && /^\w{1,60}$/.test(code) ? code : null;
  } catch {
    return null; // A proxy answers in HTML, and a HEAD request has no body.
  }
}
