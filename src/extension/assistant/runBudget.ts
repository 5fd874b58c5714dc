/** A run that an assistant asks for. Two requests are for the same if all fields are equal. */
export interface RunRequest {
  readonly mode: 'push' | 'dry';
  /** The id; null in a dry run without a station. */
  readonly station: string | null;
  readonly script: string;
  /** Changes with the script, its settings, and the files that it may import. */
  readonly fingerprint: string;
  /** Whether the fingerprint is of all files, so that several runs may be allowed. */
  readonly isFingerprintComplete: boolean;
}

export interface Circumstances {
  readonly setting: 'never' | 'ask';
  readonly isTrusted: boolean;
  readonly isInUse: boolean;
}

export type Refusal = 'off' | 'untrusted' | 'inUse' | 'busy' | 'declinedTooOften' | 'declined' | 'changed';

export type Decision =
  | { readonly kind: 'run'; readonly by: 'once' | 'budget' }
  | { readonly kind: 'refuse'; readonly why: Refusal };

export type Answer = { readonly kind: 'declined' } | { readonly kind: 'allowed'; readonly runs: number };

interface Grant {
  readonly request: RunRequest;
  readonly sinceMs: number;
  left: number;
}

export const maxRuns = 10;
export const budgetMinutes = 30;
/** A person who has cancelled so often must not be asked until they give in. */
export const maxDeclinesInARow = 3;

/**
 * Decides which runs of assistants may start: those that a person has agreed to, one at a time. A person may allow several
 * runs of one script on one station; that ends with its number, after a time, and with anything unexpected. It has no clock
 * and no effects of its own, and only a person's answer adds runs.
 */
export class RunBudget {
  #grant: Grant | undefined;
  #state: 'idle' | 'asking' | 'running' = 'idle';
  #agreed: RunRequest | undefined;
  #declinesInARow = 0;

  /** @returns `ask` if a person has to be asked; `answer` must follow then. After `run`, `ended` must follow. */
  request(request: RunRequest, circumstances: Circumstances, nowMs: number): Decision | { readonly kind: 'ask' } {
    if (this.#state !== 'idle') return refuse('busy');
    const why = refusalOf(circumstances);
    if (why !== undefined) return refuse(why);
    const grant = this.#coveringGrant(request, nowMs);
    if (grant !== undefined) {
      this.#start(request, grant);
      return { kind: 'run', by: 'budget' };
    }
    if (this.#declinesInARow >= maxDeclinesInARow) return refuse('declinedTooOften');
    this.#state = 'asking';
    return { kind: 'ask' };
  }

  /**
   * @param asked the request that the person was shown
   * @param now the same request as it is after the answer: the script may have changed meanwhile
   */
  answer(answer: Answer, asked: RunRequest, now: RunRequest, circumstances: Circumstances, nowMs: number): Decision {
    if (this.#state !== 'asking') return refuse('busy');
    this.#state = 'idle';
    if (answer.kind === 'declined') {
      this.#declinesInARow += 1;
      return refuse('declined');
    }
    this.#declinesInARow = 0;
    const why = refusalOf(circumstances);
    if (why !== undefined) return refuse(why);
    if (!isSame(asked, now)) return refuse('changed');
    const runs = asked.isFingerprintComplete ? Math.min(Math.max(Math.trunc(answer.runs), 1), maxRuns) : 1;
    const grant = runs > 1 ? { request: asked, sinceMs: nowMs, left: runs } : undefined;
    this.#grant = grant ?? this.#grant;
    this.#start(asked, grant);
    return { kind: 'run', by: 'once' };
  }

  cancelQuestion(): void {
    if (this.#state === 'asking') this.#state = 'idle';
  }

  /** Is asked right before the start. @returns why the agreed run must not start any more */
  confirm(now: RunRequest, circumstances: Circumstances): Refusal | undefined {
    if (this.#agreed === undefined || !isSame(this.#agreed, now)) return 'changed';
    return refusalOf(circumstances);
  }

  /** @param hasPassedOrFailed whether the record of every test states PASS or FAIL, and there is one at least */
  ended(hasPassedOrFailed: boolean): void {
    if (this.#state !== 'running') return;
    this.#state = 'idle';
    this.#agreed = undefined;
    if (!hasPassedOrFailed) this.#grant = undefined;
  }

  revoke(): void {
    this.#grant = undefined;
  }

  remaining(
    nowMs: number,
  ): { readonly runs: number; readonly request: RunRequest; readonly endsAtMs: number } | undefined {
    const grant = this.#grant;
    if (grant === undefined || grant.left === 0 || !isInTime(grant, nowMs)) return undefined;
    return { runs: grant.left, request: grant.request, endsAtMs: endOf(grant) };
  }

  #coveringGrant(request: RunRequest, nowMs: number): Grant | undefined {
    const grant = this.#grant;
    if (grant === undefined) return undefined;
    const isSameScript = request.mode === grant.request.mode && request.script === grant.request.script;
    if (!isInTime(grant, nowMs) || (isSameScript && request.fingerprint !== grant.request.fingerprint)) {
      this.#grant = undefined;
      return undefined;
    }
    return grant.left > 0 && isSame(request, grant.request) ? grant : undefined;
  }

  #start(request: RunRequest, grant: Grant | undefined): void {
    if (grant !== undefined) grant.left -= 1;
    this.#agreed = request;
    this.#state = 'running';
  }
}

const refuse = (why: Refusal): Decision => ({ kind: 'refuse', why });

function refusalOf({ setting, isTrusted, isInUse }: Circumstances): Refusal | undefined {
  if (setting === 'never') return 'off';
  if (!isTrusted) return 'untrusted';
  return isInUse ? 'inUse' : undefined;
}

/** A clock that was set back ends it, too. */
const isInTime = (grant: Grant, nowMs: number): boolean => nowMs >= grant.sinceMs && nowMs < endOf(grant);

const endOf = ({ sinceMs }: Grant): number => sinceMs + budgetMinutes * 60_000;

const isSame = (a: RunRequest, b: RunRequest): boolean =>
  a.mode === b.mode && a.station === b.station && a.script === b.script && a.fingerprint === b.fingerprint;
