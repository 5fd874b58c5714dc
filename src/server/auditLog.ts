import { maxAuditInputLength } from '../shared/contract/audit.ts';
import type { Operation } from '../shared/contract/operation.ts';
import { logFailure } from './cli/logFailure.ts';
import type { Caller } from './http/authentication.ts';
import { addAuditEntry, endAuditEntry, type NewAuditEntry } from './store/auditEntries.ts';
import type { Writer } from './writer.ts';

const refusalIntervalMs = 60_000;

interface AuditedCall {
  readonly caller: Caller;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * Records who changed what. The entry is stored before the change is made, and completed afterwards, so that no change is
 * missing from the log, whatever happens in between: an entry that stays `started` says that its change may have been made.
 */
export class AuditLog {
  readonly #writer: Writer;
  readonly #monotonicMs: () => number;
  /** When refusals were recorded, by who was refused what. The oldest are first. */
  readonly #refusedAtMs = new Map<string, number>();

  constructor(writer: Writer, monotonicMs = () => performance.now()) {
    this.#writer = writer;
    this.#monotonicMs = monotonicMs;
  }

  async record<T>(
    operation: Operation,
    { caller, params, query, body }: AuditedCall,
    work: () => Promise<T>,
  ): Promise<T> {
    if (!operation.isAudited || caller.kind !== 'user') return work();
    const entry = {
      user_id: caller.id,
      user_name: caller.name,
      operation: operation.id,
      input: auditInput({ ...Object(params), ...Object(query), ...(body === undefined ? {} : { body }) }),
    };
    const id = await this.#writer.write((change) => addAuditEntry(change, entry));
    try {
      const answer = await work();
      await this.#end(id, 'done', idIn(answer));
      return answer;
    } catch (error) {
      await this.#end(id, 'refused', null);
      throw error;
    }
  }

  recordRoleRefusal({ id }: Operation, caller: Caller, params: unknown): Promise<void> {
    return this.recordRefusal(caller.id, {
      user_id: caller.id,
      user_name: caller.name,
      operation: id,
      input: auditInput(params),
    });
  }

  /** Records a refused call, up to once a minute for each person and operation, so that a loop cannot flood the log. */
  async recordRefusal(person: string, entry: NewAuditEntry): Promise<void> {
    if (!this.#isFirstOfMinute(JSON.stringify([person, entry.operation]))) return;
    try {
      await this.#writer.write(async (change) => {
        await endAuditEntry(change, await addAuditEntry(change, entry), 'refused', null);
      });
    } catch (error) {
      logFailure('A refusal could not be stored in the audit log', error);
    }
  }

  #isFirstOfMinute(key: string): boolean {
    const now = this.#monotonicMs();
    for (const [old, refusedAtMs] of this.#refusedAtMs) {
      if (now - refusedAtMs < refusalIntervalMs) break;
      this.#refusedAtMs.delete(old);
    }
    if (this.#refusedAtMs.has(key)) return false;
    this.#refusedAtMs.set(key, now);
    return true;
  }

  async #end(id: number, outcome: 'done' | 'refused', target: string | null): Promise<void> {
    try {
      await this.#writer.write((change) => endAuditEntry(change, id, outcome, target));
    } catch (error) {
      logFailure('The end of a change could not be stored in the audit log', error);
    }
  }
}

/** Returns what was sent as JSON. What is too long is cut, and is no JSON then. */
export const auditInput = (input: unknown): string => JSON.stringify(input).slice(0, maxAuditInputLength);

function idIn(answer: unknown): string | null {
  return typeof answer === 'object' && answer !== null && 'id' in answer && typeof answer.id === 'string'
    ? answer.id
    : null;
}
