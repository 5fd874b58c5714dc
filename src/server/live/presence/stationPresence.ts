import type { StationState } from '../../../shared/contract/overview.ts';
import type { PresenceCause } from '../../../shared/contract/presence.ts';
import type { PresenceReport } from '../../../shared/uptime/presence.ts';
import type { PresenceChange, StoredPresence } from '../../store/presence.ts';

/** A source that reports that a station is connected. */
export interface PresenceSource {
  running: boolean;
  /** Milliseconds until the next report of a source that reports regularly. */
  interval?: number;
}

/** The presence of a station, which is connected while any source says so, with the changes that are not stored yet. */
export class StationPresence {
  readonly id: string;
  readonly #sources = new Map<string, PresenceSource>();
  #state: StationState = 'never';
  #since: number | null = null;
  #lastSeen: number | null = null;
  #heartbeatMillis: number | null = null;
  #last: { at: number; isUp: boolean } | null = null;
  /** Whether it was connected when a server last watched, and no source has reported it since. */
  #awaited = false;
  /** When the latest source ended. */
  #end: { at: number; cause: PresenceCause } | null = null;
  #unsaved: PresenceReport[] = [];
  #isSaved = true;

  constructor(id: string, stored?: StoredPresence) {
    this.id = id;
    if (!stored) return;
    this.#state = stored.state;
    this.#since = stored.since;
    this.#lastSeen = stored.last_seen_at;
    this.#heartbeatMillis = stored.heartbeat_millis;
    if (stored.last_at !== null) this.#last = { at: stored.last_at, isUp: stored.last_is_up === 1 };
    this.#awaited = this.#last?.isUp === true;
  }

  get state(): StationState {
    return this.#state;
  }
  get isAwaited(): boolean {
    return this.#awaited;
  }
  get heartbeatMillis(): number | null {
    return this.#heartbeatMillis;
  }
  /** When it last connected or disconnected; milliseconds since 1970. */
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
  has(source: string): boolean {
    return this.#sources.has(source);
  }

  /** Called when a source reports that the station is connected. */
  tell(name: string, source: PresenceSource, at: number, cause: PresenceCause): void {
    this.#sources.set(name, source);
    this.#awaited = false;
    this.#end = null;
    this.#seen(at);
    if (this.#last?.isUp !== true) this.#turn(at, true, cause);
    this.#settle(at);
  }

  /**
   * Called when a source ends.
   * @param at when the station was no longer connected
   * @param seenAt when it was last known to be connected
   */
  end(name: string, at: number, cause: PresenceCause, seenAt = at): void {
    if (!this.#sources.delete(name)) return;
    this.#seen(seenAt);
    if (this.#end === null || at >= this.#end.at) this.#end = { at, cause };
    if (!this.isUp && this.#last?.isUp === true) this.#turn(this.#end.at, false, this.#end.cause);
    this.#settle(at);
  }

  /** Ends all sources. */
  endAll(at: number, cause: PresenceCause): void {
    for (const name of [...this.#sources.keys()]) this.end(name, at, cause);
  }

  /** Ends a source because this server no longer listens to it, which says nothing about the station. */
  lose(name: string, at: number): void {
    if (!this.#sources.delete(name)) return;
    this.#seen(at);
    this.#awaited = !this.isUp && this.#last?.isUp === true;
    this.#settle(at);
  }

  /** Called when no source has reported the station for long enough: it is disconnected. */
  judge(at: number): void {
    if (!this.#awaited) return;
    this.#awaited = false;
    this.#turn(at, false, 'server');
    this.#settle(at);
  }

  /**
   * Called after the past was repaired.
   * @param last the last transition now
   */
  repaired(last: { at: number; isUp: boolean } | null): void {
    if (last === null || last.at <= this.lastAt) return;
    this.#last = last;
    this.#seen(last.at);
    this.#settle(last.at);
    if (this.#state !== 'disconnected') return;
    this.#since = last.at;
    this.#isSaved = false;
  }

  /** Returns the changes to store. They count as stored unless they are given back. */
  takeNews(): PresenceChange {
    this.#isSaved = true;
    const told = this.#unsaved;
    this.#unsaved = [];
    return {
      stationId: this.id,
      state: this.#state,
      since: this.#since,
      lastSeen: this.#lastSeen,
      heartbeatMillis: this.#heartbeatMillis,
      told,
    };
  }

  /** Takes back changes that could not be stored. */
  giveBack({ told }: PresenceChange): void {
    this.#unsaved = [...told, ...this.#unsaved];
    this.#isSaved = false;
  }

  #seen(at: number): void {
    this.#lastSeen = Math.max(at, this.#lastSeen ?? at);
  }

  /** Transitions stay in order even if the clock is put back. */
  #turn(at: number, isUp: boolean, cause: PresenceCause): void {
    const told = { at: Math.max(Math.round(at), this.lastAt + 1), isUp, cause };
    this.#last = told;
    this.#unsaved.push(told);
    this.#isSaved = false;
  }

  #settle(at: number): void {
    const sources = [...this.#sources.values()];
    if (!this.#awaited) {
      const intervals = sources.flatMap(({ interval }) => interval ?? []);
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
    if (sources.length > 0) return sources.some(({ running }) => running) ? 'running' : 'connected';
    if (this.#awaited) return 'unknown';
    return this.#last === null ? 'never' : 'disconnected';
  }
}
