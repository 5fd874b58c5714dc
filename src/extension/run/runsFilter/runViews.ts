import * as vscode from 'vscode';
import * as z from 'zod';
import { isSameFilter, noFilter, type RunsFilter, runsFilter } from '../../../shared/run/runsFilter.ts';
import type { Connection } from '../../connection/connection.ts';

const savedView = z.object({ name: z.string(), filter: runsFilter });
const savedViews = z.array(savedView).catch([]);
export type RunView = z.infer<typeof savedView>;

/** Filters of the Runs view with a name: built-in ones, and those that the user saved for the connected server. */
export class RunViews {
  readonly #connection: Connection;
  readonly #state: vscode.Memento;

  constructor(connection: Connection, state: vscode.Memento) {
    this.#connection = connection;
    this.#state = state;
  }

  get builtIn(): readonly RunView[] {
    return [
      { name: vscode.l10n.t('All runs of the selected station'), filter: noFilter },
      {
        name: vscode.l10n.t('Failed today on all stations'),
        filter: { ...noFilter, stations: 'all', outcomes: ['FAIL', 'ERROR', 'TIMEOUT'], time: { kind: 'today' } },
      },
      {
        name: vscode.l10n.t('Last 24 hours on all stations'),
        filter: { ...noFilter, stations: 'all', time: { kind: 'last', hours: 24 } },
      },
    ];
  }

  get saved(): readonly RunView[] {
    return savedViews.parse(this.#state.get(this.#key)).sort((a, b) => order.compare(a.name, b.name));
  }

  get #key(): string {
    const { remote } = this.#connection;
    return remote === undefined ? 'runViews' : `runViews ${remote.url}`;
  }

  find(name: string): RunView | undefined {
    return [...this.saved, ...this.builtIn].find((view) => isSameName(view.name, name));
  }

  of(filter: RunsFilter): RunView | undefined {
    return [...this.saved, ...this.builtIn].find((view) => isSameFilter(view.filter, filter));
  }

  async save(view: RunView): Promise<void> {
    await this.remove(view.name);
    await this.#state.update(this.#key, [...this.saved, view]);
  }

  async remove(name: string): Promise<void> {
    const others = this.saved.filter((view) => !isSameName(view.name, name));
    await this.#state.update(this.#key, others);
  }
}

const order = new Intl.Collator(undefined, { numeric: true });
const isSameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
