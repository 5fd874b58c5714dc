import type { StationState } from '../../../shared/contract/overview.ts';
import type { PresenceCause } from '../../../shared/contract/presence.ts';
import type { PresenceReport } from '../../../shared/uptime/presence.ts';
import type { PresenceChange, StoredPresence } from '../../store/presence.ts';

interface PresenceSource {
  isRunning: boolean;
  intervalMs?: number;
}

/** The presence of a station, which is connected while any source says so, with the changes that are not stored yet. */
export class StationPresence {
  readonly id: string;
  readonly #sources = new Map<string, PresenceSource>();
  #state: StationState = 'never';
  #since: number | null = null;
  #lastSeenAt: number | null = null;
  #heartbeatMillis: number | null = null;
  #last: { at: number; isUp: boolean } | null = null;
  /** Whether it was connected when a server last watched, and no source has reported it since. */
  #isAwaited = false;
  #latestEnd: { at: number; cause: PresenceCause } | null = null;
  #unsaved: PresenceReport[] = [];
  #isSaved = true;

  constructor(id: string, stored?: StoredPresence) {
    this.id = id;
    if (!stored) return;
    this.#state = stored.state;
    this.#since = stored.since;
    this.#lastSeenAt = stored.last_seen_at;
    this.#heartbeatMillis = stored.heartbeat_millis;
    if (stored.last_at !== null) this.#last = { at: stored.last_at, isUp: stored.last_is_up === 1 };
    this.#isAwaited = this.#last?.isUp === true;
  }

  get state(): StationState {
    return this.#state;
  }
  get isAwaited(): boolean {
    return this.#isAwaited;
  }
  get heartbeatMillis(): number | null {
    return this.#heartbeatMillis;
  }
  get lastAt(): number {
    return this.#last?.at ?? -Infinity;
  }
  /** Everything to store except when it was last seen, which follows from the rest while it is connected. */
  get isSaved(): boolean {
    return this.#isSaved;
  }
  get isUp(): boolean {
    return this.#sources.size > 0;
  }

  report(name: string, source: PresenceSource, at: number, cause: PresenceCause): void {
    this.#sources.set(name, source);
    this.#isAwaited = false;
    this.#latestEnd = null;
    this.#updateLastSeen(at);
    if (this.#last?.isUp !== true) this.#addTransition(at, true, cause);
    this.#updateState(at);
  }

  /** @param at when the station was no longer connected @param seenAt when it was last known to be connected */
  end(name: string, at: number, cause: PresenceCause, seenAt = at): void {
    if (!this.#sources.delete(name)) return;
    this.#updateLastSeen(seenAt);
    if (this.#latestEnd === null || at >= this.#latestEnd.at) this.#latestEnd = { at, cause };
    if (!this.isUp && this.#last?.isUp === true) this.#addTransition(this.#latestEnd.at, false, this.#latestEnd.cause);
    this.#updateState(at);
  }

  endAll(at: number, cause: PresenceCause): void {
    for (const name of [...this.#sources.keys()]) this.end(name, at, cause);
  }

  /** Ends a source because this server no longer listens to it, which says nothing about the station. */
  drop(name: string, at: number): void {
    if (!this.#sources.delete(name)) return;
    this.#updateLastSeen(at);
    this.#isAwaited = !this.isUp && this.#last?.isUp === true;
    this.#updateState(at);
  }

  markAbsent(at: number): void {
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    this.#addTransition(at, false, 'server');
    this.#updateState(at);
  }

  applyRepair(last: { at: number; isUp: boolean } | null): void {
    if (last === null || last.at <= this.lastAt) return;
    this.#last = last;
    this.#updateLastSeen(last.at);
    this.#updateState(last.at);
    if (this.#state !== 'disconnected') return;
    this.#since = last.at;
    this.#isSaved = false;
  }

  takePending(): PresenceChange {
    this.#isSaved = true;
    const transitions = this.#unsaved;
    this.#unsaved = [];
    return {
      stationId: this.id,
      state: this.#state,
      since: this.#since,
      lastSeen: this.#lastSeenAt,
      heartbeatMillis: this.#heartbeatMillis,
      transitions,
    };
  }

  requeue({ transitions }: PresenceChange): void {
    this.#unsaved = [...transitions, ...this.#unsaved];
    this.#isSaved = false;
  }

  #updateLastSeen(at: number): void {
    this.#lastSeenAt = Math.max(at, this.#lastSeenAt ?? at);
  }

  #addTransition(at: number, isUp: boolean, cause: PresenceCause): void {
    const transition = { at: Math.max(Math.round(at), this.lastAt + 1), isUp, cause };
    this.#last = transition;
    this.#unsaved.push(transition);
    this.#isSaved = false;
  }

  #updateState(at: number): void {
    const sources = [...this.#sources.values()];
    if (!this.#isAwaited) {
      const intervals = sources.flatMap(({ intervalMs: interval }) => interval ?? []);
      const longest = intervals.length > 0 ? Math.max(...intervals) : null;
      if (longest !== this.#heartbeatMillis) this.#isSaved = false;
      this.#heartbeatMillis = longest;
    }
    const state = this.#stateOf(sources);
    if (state === this.#state) return;
    this.#isSaved = false;
    this.#state = state;
    this.#since = state === 'disconnected' ? (this.#last?.at ?? at) : Math.round(at);
  }

  #stateOf(sources: readonly PresenceSource[]): StationState {
    if (sources.length > 0) return sources.some(({ isRunning: running }) => running) ? 'running' : 'connected';
    if (this.#isAwaited) return 'unknown';
    return this.#last === null ? 'never' : 'disconnected';
  }
}
