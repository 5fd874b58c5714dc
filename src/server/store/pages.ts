interface Page<T> {
  data: T[];
  meta: { has_more: boolean; next_cursor: number | null };
}

/** @param rows one more than `limit` if there are further ones, as all lists of the store return them */
export function toPage<T>(rows: readonly T[], { limit, cursor }: { limit: number; cursor: number }): Page<T> {
  const has_more = rows.length > limit;
  return { data: rows.slice(0, limit), meta: { has_more, next_cursor: has_more ? cursor + limit : null } };
}
