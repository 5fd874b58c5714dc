import type { LinkedProcedure } from '../contract/stations.ts';
import { oneLine } from '../format/oneLine.ts';

/** The fields of a procedure that lists and links have in common. */
export type ProcedureReference = Pick<LinkedProcedure, 'id' | 'name'> & {
  readonly identifier?: string | null | undefined;
};

/** The procedure under which a script may run on a station, by the links of the station. */
export type ProcedureChoice =
  /** The script names a linked procedure, or names none and there is only one. */
  | { readonly decided: LinkedProcedure }
  /** The script names a procedure that the station is not linked to. */
  | { readonly notLinked: string; readonly linked: readonly LinkedProcedure[] }
  /** The script names none, and none or several are linked. */
  | { readonly unnamed: true; readonly linked: readonly LinkedProcedure[] };

/** @param scriptId UUID or identifier from the script; identifiers match without regard to case */
export function chooseProcedure(scriptId: string | null, linked: readonly LinkedProcedure[]): ProcedureChoice {
  if (scriptId === null || scriptId.trim() === '') {
    const [only, ...more] = linked;
    return only !== undefined && more.length === 0 ? { decided: only } : { unnamed: true, linked };
  }
  const decided = linked.find((procedure) => hasIdOrIdentifier(procedure, scriptId));
  return decided === undefined ? { notLinked: scriptId, linked } : { decided };
}

/** Returns whether a script's `procedure_id` names this procedure. */
export function hasIdOrIdentifier(procedure: Omit<ProcedureReference, 'name'>, scriptId: string): boolean {
  const wanted = scriptId.trim().toLowerCase();
  return procedure.id.toLowerCase() === wanted || procedure.identifier?.toLowerCase() === wanted;
}

/** Returns the identifier of a procedure, or its name if it has none. */
export const procedureLabel = (procedure: Omit<ProcedureReference, 'id'>): string =>
  oneLine(procedure.identifier ?? procedure.name);

/** Returns the name of a procedure, to be shown beside its label; empty where the label is the name. */
export function nameBesideLabel(procedure: Omit<ProcedureReference, 'id'>): string {
  const name = oneLine(procedure.name);
  return name === procedureLabel(procedure) ? '' : name;
}
