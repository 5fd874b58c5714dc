import { type RawBuilder, sql } from 'kysely';
import { containing, fold } from './fold.ts';

/**
 * Selects the ids of units whose serial number contains a text. Three characters and more are found by the trigram
 * index; for fewer, all serial numbers are read.
 */
export function unitsContaining(search: string): RawBuilder<unknown> {
  const part = fold(search);
  if (Array.from(part).length < 3) {
    return sql`select id from units where serial_key like ${containing(part)} escape '\\'`;
  }
  const phrase = `"${part.replace(/"/g, '""')}"`;
  return sql`select u.id from (select rowid as key from unit_serials where unit_serials match ${phrase}) as t
    cross join units as u on u.key = t.key`;
}
