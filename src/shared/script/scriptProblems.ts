import type { LinkedProcedure } from '../contract/stations.ts';
import { chooseProcedure } from '../run/procedureChoice.ts';
import type { ProcedureMention, ScriptMarks, WrittenKey } from './scriptInfo.ts';

export type ScriptProblem =
  | { readonly kind: 'notLinked'; readonly named: ProcedureMention; readonly linked: readonly LinkedProcedure[] }
  | { readonly kind: 'needsId'; readonly named: ProcedureMention; readonly procedure: LinkedProcedure }
  | { readonly kind: 'writtenKey'; readonly key: WrittenKey };

/** @param linked the procedures of the selected station; undefined if they are not loaded */
export function problemsOf(
  { procedures, keys }: Pick<ScriptMarks, 'procedures' | 'keys'>,
  linked: readonly LinkedProcedure[] | undefined,
): ScriptProblem[] {
  return [
    ...(linked === undefined ? [] : procedures.flatMap((named) => procedureProblem(named, linked))),
    ...keys.map((key): ScriptProblem => ({ kind: 'writtenKey', key })),
  ];
}

function procedureProblem(named: ProcedureMention, linked: readonly LinkedProcedure[]): ScriptProblem[] {
  const choice = chooseProcedure(named.id, linked);
  if (!('decided' in choice)) return [{ kind: 'notLinked', named, linked }];
  const procedure = choice.decided;
  const isId = procedure.id.toLowerCase() === named.id.toLowerCase();
  return named.takesOnlyId && !isId ? [{ kind: 'needsId', named, procedure }] : [];
}
