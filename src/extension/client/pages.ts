import { ApiError } from './apiError.ts';

/** More is no list that a person works with, and may have no end. */
const maxEntries = 20_000;

interface Page<T> {
  readonly data: T[];
  readonly meta: { readonly next_cursor: number | null };
}

/** Everything that a paged list has, page by page. @throws ApiError when it does not come to an end */
export async function allPages<T>(
  fetchPage: (page: { limit: number; cursor: number }) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: number | null = 0; cursor !== null;) {
    const page: Page<T> = await fetchPage({ limit: 100, cursor });
    all.push(...page.data);
    const next: number | null = page.meta.next_cursor;
    if (all.length > maxEntries || (next !== null && next <= cursor)) {
      throw new ApiError('unexpected', null, `The server’s list does not end: after ${all.length} entries it goes on.`);
    }
    cursor = next;
  }
  return all;
}
