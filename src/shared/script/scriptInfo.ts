import type { NamePattern } from './namePattern.ts';

export type DeclaredMeasurements = Readonly<Record<string, number>>;

export interface OutlinedPhase {
  readonly name: string;
  readonly line: number;
  readonly endLine: number;
  readonly measurements: DeclaredMeasurements;
  /** The part of the script that the phase belongs to, such as a test or a stage; its name begins the name of the phase. */
  readonly group?: OutlinedGroup;
}

/** Phases that belong together. Such a group is the smallest part of the script that can run alone. */
export interface OutlinedGroup {
  readonly name: string;
  readonly line: number;
  readonly endLine: number;
}

export interface ScriptOutline {
  readonly isRunnable: boolean;
  /** The phases in the order of the tests that list them, then the others from top to bottom. */
  readonly phases: readonly OutlinedPhase[];
}

export interface TextSpan {
  readonly from: number;
  readonly to: number;
}

export interface ProcedureMention {
  readonly id: string;
  readonly literal: TextSpan;
  /** Whether the call belongs to the v2 client, which takes an id and no identifier. */
  readonly takesOnlyId: boolean;
}

export interface WrittenKey {
  readonly literal: TextSpan;
  /** The argument that passes the key, with its comma; null if only its shape shows that it is a key. */
  readonly argument: TextSpan | null;
}

export interface DeclaredMeasurement {
  /** The phase's name, or that of the function around it; null outside of functions. */
  readonly phase: NamePattern | null;
  readonly name: NamePattern;
  readonly literal: TextSpan;
}

export interface ScriptMarks {
  readonly entry: number | null;
  readonly measurements: readonly DeclaredMeasurement[];
  readonly procedures: readonly ProcedureMention[];
  readonly procedureArguments: readonly ProcedureArgument[];
  readonly keys: readonly WrittenKey[];
}

export type ProcedureArgument =
  | { readonly kind: 'named'; readonly id: string }
  | { readonly kind: 'unnamed' }
  | { readonly kind: 'computed' };

/** What the source of a script shows without running it. Modules that it imports are not read. */
export interface ScriptInfo extends ScriptOutline, ScriptMarks {
  readonly usesOpenHtf: boolean;
  /** Whether the script makes runs and certainly gives them no part number, so that a server would refuse them. */
  readonly lacksPartNumber: boolean;
}
