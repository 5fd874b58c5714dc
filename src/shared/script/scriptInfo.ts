/** Names of measurements, each with the line that declares it, counted from 1. */
export type DeclaredMeasurements = Readonly<Record<string, number>>;

export interface OutlinedPhase {
  /** The name that the run will give the phase, if the source states it. */
  readonly name: string;
  /** The line of the `def`, counted from 1. */
  readonly line: number;
  readonly endLine: number;
  readonly measurements: DeclaredMeasurements;
}

export interface ScriptOutline {
  /** Whether the file makes a run or has the phases of one. Other files only define phases for scripts. */
  readonly isRunnable: boolean;
  /** The phases in the order of the tests that list them, then the others from top to bottom. */
  readonly phases: readonly OutlinedPhase[];
}

/** A part of the source, in UTF-16 units from its beginning. */
export interface TextSpan {
  readonly from: number;
  readonly to: number;
}

/** A procedure that the script names in a literal. */
export interface ProcedureMention {
  readonly id: string;
  /** The literal with its quotes. */
  readonly literal: TextSpan;
  /** Whether the call belongs to the v2 client, which takes an id and no identifier. */
  readonly takesOnlyId: boolean;
}

/** An API key that is written in the source. The key itself is left out. */
export interface WrittenKey {
  /** The literal with its quotes. */
  readonly literal: TextSpan;
  /** The argument that passes the key, with its comma; null if only its shape shows that it is a key. */
  readonly argument: TextSpan | null;
}

/** The places at which the editor helps. */
export interface ScriptMarks {
  /** The offset of the statement that starts a run; null if the file is no test script. */
  readonly entry: number | null;
  readonly procedures: readonly ProcedureMention[];
  readonly keys: readonly WrittenKey[];
}

/** The procedure that a call names when it makes a run. */
export type ProcedureArgument =
  | { readonly kind: 'named'; readonly id: string }
  /** The call has no such argument. */
  | { readonly kind: 'unnamed' }
  /** The value is known only when the script runs. */
  | { readonly kind: 'computed' };

/** What the source of a script shows without running it. Modules that it imports are not read. */
export interface ScriptInfo extends ScriptOutline, ScriptMarks {
  readonly usesOpenHtf: boolean;
  /** One element for each call that makes a run. */
  readonly procedureArguments: readonly ProcedureArgument[];
  /** Whether the script makes runs and certainly gives them no part number, so that a server would refuse them. */
  readonly lacksPartNumber: boolean;
}
