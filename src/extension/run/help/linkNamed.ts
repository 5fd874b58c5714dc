import { procedureIdentifier, type ProcedureListItem, procedures } from '../../../shared/contract/procedures.ts';
import { hasIdOrIdentifier } from '../../../shared/run/procedureChoice.ts';
import { allPages } from '../../client/pages.ts';
import type { Connection } from '../../connection/connection.ts';
import { linkProcedure } from '../../connection/linkProcedure.ts';
import type { StationStore } from '../../connection/stationStore.ts';

export interface LinkWay {
  readonly existing: ProcedureListItem | undefined;
  readonly link: () => Promise<void>;
}

/**
 * @param scriptId the script's own `procedure_id`
 * @returns undefined when there is no such procedure, and its name cannot be that of a new one
 * @throws ApiError, UserError as `Connection.call`; `link` as `linkProcedure` too
 */
export async function wayToLink(
  connection: Connection,
  store: StationStore,
  station: string,
  scriptId: string,
): Promise<LinkWay | undefined> {
  const all = await allPages((query) => connection.call(procedures.list, { query }));
  const existing = all.find((procedure) => hasIdOrIdentifier(procedure, scriptId));
  if (existing === undefined && !procedureIdentifier.safeParse(scriptId).success) return undefined;
  const link = async (): Promise<void> => {
    const body = { name: scriptId, identifier: scriptId };
    const { id } = existing ?? (await connection.call(procedures.create, { body }));
    await linkProcedure(connection, station, id);
    await store.refreshStation(station);
  };
  return { existing, link };
}
