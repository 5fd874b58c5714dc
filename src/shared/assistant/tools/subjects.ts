import * as z from 'zod';
import { id } from '../../contract/common.ts';
import { overview } from '../../contract/overview.ts';
import { procedures } from '../../contract/procedures.ts';
import { stations } from '../../contract/stations.ts';
import type { CallOperation } from '../tool.ts';
import { ToolError } from '../toolError.ts';
import { untrustedName } from '../untrustedText.ts';
import { given } from './inputs.ts';

export const procedureInput = z
  .string()
  .describe('A procedure: its id, its identifier such as FVT1, or its exact name.');
export const stationInput = z.string().describe('A station: its id or its exact name.');

export const named = z.object({ id: z.string(), name: untrustedName });

export interface Named {
  readonly id: string;
  readonly name: string;
  readonly identifier?: string | null | undefined;
}

const pageSize = 100;
const maxPages = 10;
/** No name is longer. */
const maxReferenceLength = 200;
const maxIds = 10;

export async function findProcedure(call: CallOperation, reference: string): Promise<Named> {
  const known = id.safeParse(reference.trim());
  if (known.success) {
    const { id, name } = await call(procedures.get, { params: { id: known.data } });
    return { id, name };
  }
  const found = await entriesNamed(reference, (query) => call(procedures.list, { query }));
  return onlyOne(found, 'No procedure has this id, identifier or name: call list_procedures for those there are.');
}

export async function findStation(call: CallOperation, reference: string): Promise<Named> {
  const known = id.safeParse(reference.trim());
  if (known.success) {
    const { id, name } = await call(stations.get, { params: { id: known.data } });
    return { id, name };
  }
  return onlyOne(
    await findStationsNamed(call, reference),
    'No station has this id or name: call list_stations for those there are.',
  );
}

export async function optionalStation(call: CallOperation, reference: string | undefined): Promise<Named | null> {
  const text = given(reference);
  return text === undefined ? null : findStation(call, text);
}

export const findStationsNamed = (call: CallOperation, name: string): Promise<Named[]> =>
  entriesNamed(name, (query) => call(overview.list, { query }));

export const findProceduresNamed = (call: CallOperation, name: string): Promise<Named[]> =>
  entriesNamed(name, (query) => call(procedures.list, { query }));

interface Query {
  readonly search_query: string;
  readonly limit: number;
  readonly cursor: number;
}

/** Returns the entries with this name or identifier: those that are written like this, or those in another case. */
async function entriesNamed(
  reference: string,
  list: (query: Query) => Promise<{ data: readonly Named[]; meta: { next_cursor: number | null } }>,
): Promise<Named[]> {
  const wanted = given(reference);
  if (wanted === undefined || wanted.length > maxReferenceLength) return [];
  const all: Named[] = [];
  let cursor: number | null = 0;
  for (let page = 0; page < maxPages && cursor !== null; page += 1) {
    const { data, meta } = await list({ search_query: wanted, limit: pageSize, cursor });
    all.push(...data);
    cursor = meta.next_cursor;
  }
  const exact = all.filter(({ name, identifier }) => name === wanted || identifier === wanted);
  if (exact.length > 0) return exact;
  const isWanted = (text: string | null | undefined): boolean => text != null && fold(text) === fold(wanted);
  return all.filter(({ name, identifier }) => isWanted(name) || isWanted(identifier));
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase();

function onlyOne(found: readonly Named[], none: string): Named {
  const [only, ...others] = found;
  if (only === undefined) throw new ToolError(none);
  if (others.length === 0) return { id: only.id, name: only.name };
  const ids = found.slice(0, maxIds).map((each) => each.id);
  throw new ToolError(
    `Several have this name: give one of the ids ${ids.join(', ')}${found.length > maxIds ? ', …' : ''}.`,
  );
}
