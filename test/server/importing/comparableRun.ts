import type { Run } from '../../../src/shared/contract/runs.ts';

const placeDependent = ['id', 'phase_id', 'created_at', 'download_url'];

function withoutIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (placeDependent.includes(key) ? [] : [[key, withoutIds(each)]])),
  );
}

/** Returns what is the same in a copy of a run: everything except ids, addresses, when it was stored, and its source. */
export function comparableRun(run: Run): unknown {
  const { import_format, import_source, ...metadata } = run.metadata ?? {};
  return withoutIds({ ...run, metadata });
}
