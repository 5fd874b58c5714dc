import * as vscode from 'vscode';
import { nameBesideLabel, procedureLabel } from '../../shared/run/procedureChoice.ts';
import type { StationItem } from '../connection/stationSource.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { setContext } from '../vscode/context.ts';

type Criterion = { readonly name: string } | { readonly procedure: string; readonly label: string };

export class StationFilter implements vscode.Disposable {
  readonly #store: StationStore;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #criterion: Criterion | undefined;

  constructor(store: StationStore) {
    this.#store = store;
    this.set(undefined);
  }

  get description(): string {
    if (this.#criterion === undefined) return '';
    return 'name' in this.#criterion ? `“${this.#criterion.name}”` : this.#criterion.label;
  }

  shows({ name, procedures }: StationItem): boolean {
    if (this.#criterion === undefined) return true;
    if ('name' in this.#criterion) return name.toLowerCase().includes(this.#criterion.name.toLowerCase());
    const { procedure } = this.#criterion;
    return procedures.some(({ id }) => id === procedure);
  }

  set(criterion: Criterion | undefined): void {
    this.#criterion = criterion;
    setContext('filtered', criterion !== undefined);
    this.#changed.fire();
  }

  async ask(): Promise<void> {
    await this.#store.update();
    const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { criterion: Criterion }>();
    pick.title = vscode.l10n.t('Filter stations');
    pick.placeholder = vscode.l10n.t('Part of a station’s name, or a procedure');
    pick.matchOnDescription = true;
    const offer = (): void => {
      const name = pick.value.trim();
      const label = `$(search) ${vscode.l10n.t('Name contains “{0}”', name)}`;
      // It is always shown, although its label need not match the text.
      const byName = name === '' ? [] : [{ label, alwaysShow: true, criterion: { name } }];
      pick.items = [...byName, ...this.#procedures()];
    };
    try {
      const criterion = await new Promise<Criterion>((resolve, reject) => {
        pick.onDidChangeValue(offer);
        pick.onDidAccept(() => pick.activeItems[0] && resolve(pick.activeItems[0].criterion));
        pick.onDidHide(() => reject(new vscode.CancellationError()));
        offer();
        pick.show();
      });
      this.set(criterion);
    } finally {
      pick.dispose();
    }
  }

  #procedures(): (vscode.QuickPickItem & { criterion: Criterion })[] {
    const linked = new Map((this.#store.stations ?? []).flatMap(({ procedures }) => procedures.map((p) => [p.id, p])));
    return [...linked.values()].map((procedure) => {
      const label = procedureLabel(procedure);
      return {
        label: `$(checklist) ${label}`,
        description: nameBesideLabel(procedure),
        criterion: { procedure: procedure.id, label },
      };
    });
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
