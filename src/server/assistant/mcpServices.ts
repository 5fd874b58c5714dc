import type { Skill } from '../../shared/assistant/skill.ts';

export interface McpServices {
  readonly version: string;
  readonly skills: readonly Skill[];
  /** The page on which clients show a run; null: a server that runs from its sources may have none. */
  readonly runAppHtml: string | null;
  call(
    operationId: string,
    input: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown },
    from: { readonly authorization: string; readonly origin: string },
  ): Promise<{ json: string } | { refusal: string }>;
  withoutSecrets<T>(value: T, authorization: string): T;
  secondsToWait(keyId: string): number;
  inTurn<T>(keyId: string, work: () => Promise<T>): Promise<T>;
  record(call: RecordedCall): Promise<void>;
  logFailure(what: string, error: unknown): void;
  logRefusal(error: Error): void;
}

export interface RecordedCall {
  readonly keyId: string;
  readonly tool: string;
  readonly arguments: unknown;
  readonly result: unknown;
  readonly isError: boolean;
  readonly durationMs: number;
}
