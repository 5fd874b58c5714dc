import type { LinkedProcedure } from '../contract/stations.ts';
import { oneLine } from '../format/oneLine.ts';

export type ProcedureReference = Pick<LinkedProcedure, 'id' | 'name'> & {
  readonly identifier?: string | null | undefined;
};

export type ProcedureChoice =
  | { readonly decided: LinkedProcedure }
  | { readonly notLinked: string; readonly linked: readonly LinkedProcedure[] }
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

export function hasIdOrIdentifier(procedure: Omit<ProcedureReference, 'name'>, scriptId: string): boolean {
  const wanted = scriptId.trim().toLowerCase();
  return procedure.id.toLowerCase() === wanted || procedure.identifier?.toLowerCase() === wanted;
}

/**
 * Returns the id of the procedure that a script names.
 * @param known what is known of a station's procedures, which may be out of date; its parts may contradict each other
 * @returns the name itself if no procedure has it
 */
export const procedureIdOf = (name: string, ...known: readonly (readonly LinkedProcedure[])[]): string =>
  known.flat().find((procedure) => hasIdOrIdentifier(procedure, name))?.id ?? name;

export const procedureLabel = (procedure: Omit<ProcedureReference, 'id'>): string =>
  oneLine(procedure.identifier ?? procedure.name);

export function nameBesideLabel(procedure: Omit<ProcedureReference, 'id'>): string {
  const name = oneLine(procedure.name);
  return name === procedureLabel(procedure) ? '' : name;
}
