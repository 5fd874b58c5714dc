import type * as vscode from 'vscode';
import * as z from 'zod';

const stored = z.record(z.string(), z.boolean());
const key = 'expandedStationGroups';
const maxGroups = 1_000;

export class ExpandedGroups {
  readonly #state: vscode.Memento;
  readonly #groups: Map<string, boolean>;

  constructor(state: vscode.Memento) {
    this.#state = state;
    this.#groups = new Map(Object.entries(stored.safeParse(state.get(key)).data ?? {}));
  }

  get(group: string): boolean | undefined {
    return this.#groups.get(group);
  }

  set(group: string, isExpanded: boolean): void {
    this.#groups.delete(group);
    this.#groups.set(group, isExpanded);
    for (const oldest of this.#groups.keys()) {
      if (this.#groups.size <= maxGroups) break;
      this.#groups.delete(oldest);
    }
    void this.#state.update(key, Object.fromEntries(this.#groups));
  }
}
