import pRetry from 'p-retry';
import * as z from 'zod';
import { parseExactly } from '../../../shared/contract/exactJson.ts';
import { procedures } from '../../../shared/contract/procedures.ts';
import { type Run, type RunListItem, runs } from '../../../shared/contract/runs.ts';
import { messageOf } from '../../../shared/format/messageOf.ts';
import { ImportError } from '../importedRecord.ts';
import type { CopiedAttachment, CopiedRun } from './copyRun.ts';

const pageLength = 100;
const answerLimitMs = 60_000;

/** The server cannot be reached or refuses the key; later requests would fail, too. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

class TemporaryError extends SourceError {}

const retryOptions = {
  retries: 6,
  minTimeout: 500,
  maxTimeout: 30_000,
  shouldRetry: ({ error }: { error: Error }) => error instanceof TemporaryError,
};

export class TofuPilotSource {
  readonly #origin: string;
  readonly #key: string;
  readonly #identifiers = new Map<string, string | null>();

  constructor(origin: string, key: string) {
    this.#origin = origin;
    this.#key = key;
  }

  /**
   * Yields all runs in the order in which they were created. Each page begins at the last run of the page before, so that
   * runs that are created or deleted meanwhile move none of the others out of sight.
   */
  async *list(): AsyncGenerator<RunListItem[]> {
    let seen = new Set<string>();
    let after: string | null = null;
    let cursor = 0;
    for (;;) {
      const query: Record<string, string> = {
        limit: String(pageLength),
        cursor: String(cursor),
        sort_by: 'created_at',
        sort_order: 'asc',
        ...(after === null ? {} : { created_after: after }),
      };
      const { data, meta } = await this.#get(`/api/v2/runs?${String(new URLSearchParams(query))}`, runs.list.answer);
      const known = seen;
      const fresh = data.filter(({ id }) => !known.has(id));
      if (fresh.length > 0) yield fresh;
      if (!meta.has_more) return;
      const last = data.at(-1);
      const lastAt = last === undefined ? null : new Date(Date.parse(last.created_at) - 1).toISOString();
      seen = new Set([...seen, ...data.map(({ id }) => id)]);
      if (lastAt !== null && lastAt !== after && fresh.length > 0) {
        // Runs of before the new start are not answered again.
        after = lastAt;
        cursor = 0;
      } else {
        cursor = meta.next_cursor ?? cursor + data.length;
      }
    }
  }

  /** @throws ImportError if the run cannot be read, SourceError if the server cannot be used */
  async run(id: string): Promise<CopiedRun> {
    const run = await this.#get(`/api/v2/runs/${id}`, runs.get.answer);
    return {
      run,
      procedureIdentifier: await this.#identifierOf(run),
      attachments: run.attachments.map((each) => this.#attachmentOf(each)),
    };
  }

  async #identifierOf({ procedure: { id } }: Run): Promise<string | null> {
    const known = this.#identifiers.get(id);
    if (known !== undefined) return known;
    const answer = z.object({ identifier: procedures.get.answer.shape.identifier.optional() });
    const { identifier = null } = await this.#get(`/api/v2/procedures/${id}`, answer);
    this.#identifiers.set(id, identifier);
    return identifier;
  }

  #attachmentOf({ name, content_type, size, is_report, download_url }: Run['attachments'][number]): CopiedAttachment {
    return {
      name,
      contentType: content_type,
      size,
      sha256: null,
      isReport: is_report,
      open: async () => {
        const url = URL.parse(download_url ?? '', this.#origin);
        if (!download_url || url === null || !['http:', 'https:'].includes(url.protocol)) {
          throw new ImportError(`The server has no content of the attachment "${name}".`);
        }
        // The address has its own authority and may be of another server, which must not see the key.
        const answer = await this.#request(url, {});
        if (answer.body === null) throw new ImportError(`The attachment "${name}" has no content.`);
        return answer.body;
      },
    };
  }

  async #get<T>(path: string, answer: z.ZodType<T>): Promise<T> {
    return pRetry(async () => {
      const response = await this.#send(new URL(path, this.#origin), { Authorization: `Bearer ${this.#key}` });
      const text = await response.text().catch((error: unknown) => {
        throw new TemporaryError(`The answer of ${this.#origin} is incomplete: ${messageOf(error)}`);
      });
      return this.#parse(text, path, answer);
    }, retryOptions);
  }

  #parse<T>(text: string, path: string, answer: z.ZodType<T>): T {
    let content: unknown;
    try {
      content = parseExactly(text);
    } catch {
      throw new SourceError(`${this.#origin} does not answer as TofuPilot does: ${path} is not JSON.`);
    }
    const { data, error } = answer.safeParse(content);
    if (error === undefined) return data;
    const [issue] = error.issues;
    throw new ImportError(`The answer cannot be read: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }

  #request(url: URL, headers: Record<string, string>): Promise<Response> {
    return pRetry(() => this.#send(url, headers), retryOptions);
  }

  async #send(url: URL, headers: Record<string, string>): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(answerLimitMs) });
    } catch (error) {
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new TemporaryError(`${url.origin} cannot be reached: ${messageOf(reason)}`);
    }
    if (answer.ok) return answer;
    await answer.body?.cancel();
    const { status } = answer;
    if (status === 429 || status === 408 || status >= 500) {
      throw new TemporaryError(`${url.origin} answered with the status ${status}.`);
    }
    if (status === 401 || (status === 403 && url.origin === this.#origin)) {
      throw new SourceError(`${this.#origin} refuses the key in TOFUPILOT_API_KEY (status ${status}).`);
    }
    throw new ImportError(`${url.origin}${url.pathname} answered with the status ${status}.`);
  }
}
