import { audit } from '../../../shared/contract/audit.ts';
import type { RouteServices } from '../../routeServices.ts';
import { listAuditEntries } from '../../store/auditEntries.ts';
import { toPage } from '../../store/pages.ts';
import { isoTime, parseTime } from '../../store/time.ts';

export function auditRoutes({ mount, store }: RouteServices): void {
  mount(audit.list, async ({ query: { limit, cursor, after, before, ...filter } }) => {
    const times = { after: parseTime(after), before: parseTime(before) };
    const { data, meta } = toPage(await listAuditEntries(store, { ...filter, ...times }, { limit, cursor }), {
      limit,
      cursor,
    });
    return {
      data: data.map(({ at, ...entry }) => ({ ...entry, at: isoTime(at) })),
      meta: { ...meta, next_cursor: meta.has_more ? (data.at(-1)?.id ?? null) : null },
    };
  });
}
