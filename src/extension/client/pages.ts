import { ApiError } from './apiError.ts';

const maxEntries = 20_000;

interface Page<T> {
  readonly data: T[];
  readonly meta: { readonly next_cursor: number | null };
}

/** Fetches all pages of a list. @throws ApiError if the list does not end */
export async function allPages<T>(
  fetchPage: (page: { limit: number; cursor: number }) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: number | null = 0; cursor !== null;) {
    const page: Page<T> = await fetchPage({ limit: 100, cursor });
    all.push(...page.data);
    const next: number | null = page.meta.next_cursor;
    if (all.length > maxEntries || (next !== null && next <= cursor)) {
      throw new ApiError(
        'unexpected',
        null,
        `The server’s list does not end: it continues after ${all.length} entries.`,
      );
    }
    cursor = next;
  }
  return all;
}

export async function newestEntries<T>(
  count: number,
  fetchPage: (page: { limit: number; cursor: number }) => Promise<Page<T>>,
): Promise<{ entries: T[]; hasMore: boolean }> {
  const entries: T[] = [];
  for (let cursor: number | null = 0; cursor !== null;) {
    const page: Page<T> = await fetchPage({ limit: Math.min(100, count - entries.length), cursor });
    entries.push(...page.data);
    cursor = page.meta.next_cursor;
    if (entries.length >= count) return { entries, hasMore: cursor !== null };
  }
  return { entries, hasMore: false };
}
