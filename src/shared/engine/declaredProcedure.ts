import type { PromptComponent } from '../contract/promptForm.ts';

/** What `procedure.yaml` says about a run beyond what the engine reports while it runs. */
export interface DeclaredProcedure {
  readonly name: string;
  readonly phases: readonly DeclaredPhase[];
  /** Fields of the unit form by their key, such as `serial_number`. */
  readonly unitFields: ReadonlyMap<string, Partial<PromptComponent>>;
}

export interface DeclaredPhase {
  readonly key: string;
  readonly name: string;
  readonly description: string | null;
  readonly place: { readonly file: string; readonly line: number } | null;
  readonly measurements: ReadonlyMap<string, DeclaredMeasurement>;
  readonly components: ReadonlyMap<string, Partial<PromptComponent>>;
}

export interface DeclaredMeasurement {
  readonly name: string;
  readonly units: string | null;
  readonly validators: readonly { readonly operator: string; readonly expected: unknown }[];
}
