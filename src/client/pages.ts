interface Page<T> {
  readonly data: T[];
  readonly meta: { readonly next_cursor: number | null };
}

/** Everything that a paged list has, page by page. */
export async function allPages<T>(
  fetchPage: (page: { limit: number; cursor: number }) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: number | null = 0; cursor !== null;) {
    const page: Page<T> = await fetchPage({ limit: 100, cursor });
    all.push(...page.data);
    cursor = page.meta.next_cursor;
  }
  return all;
}
