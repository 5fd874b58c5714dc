import * as vscode from 'vscode';
import { withoutIcons } from '../../shared/format/markdown.ts';
import { oneLine } from '../../shared/format/oneLine.ts';
import { nameBesideLabel, procedureLabel } from '../../shared/run/procedureChoice.ts';
import type { StationItem } from '../connection/stationSource.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { setContext } from '../vscode/context.ts';
import { findStations, matchesStation } from './findStations.ts';

type Criterion = { readonly text: string } | { readonly procedure: string; readonly label: string };

interface FoundItem extends vscode.QuickPickItem {
  readonly criterion?: Criterion;
  readonly station?: StationItem;
}

/** The number of stations that are offered. More are found by typing more, and 1,000 lines for each key would be slow. */
const maxOffered = 50;

export class StationFilter implements vscode.Disposable {
  readonly #store: StationStore;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #criterion: Criterion | undefined;

  constructor(store: StationStore) {
    this.#store = store;
    this.set(undefined);
  }

  get isSet(): boolean {
    return this.#criterion !== undefined;
  }

  get description(): string {
    if (this.#criterion === undefined) return '';
    return 'text' in this.#criterion ? `“${this.#criterion.text}”` : this.#criterion.label;
  }

  shows(station: StationItem): boolean {
    if (this.#criterion === undefined) return true;
    if ('text' in this.#criterion) return matchesStation(station, this.#criterion.text);
    const { procedure } = this.#criterion;
    return station.procedures.some(({ id }) => id === procedure);
  }

  set(criterion: Criterion | undefined): void {
    this.#criterion = criterion;
    setContext('filtered', criterion !== undefined);
    this.#changed.fire();
  }

  /** @returns the station that the user chose, or undefined after setting a filter */
  async ask(): Promise<StationItem | undefined> {
    await this.#store.update();
    if (this.#store.stations === undefined && this.#store.error !== undefined) throw this.#store.error;
    const pick = vscode.window.createQuickPick<FoundItem>();
    pick.title = vscode.l10n.t('Find stations');
    pick.placeholder = vscode.l10n.t('Part of a name, a group, a procedure, or who uses it');
    pick.matchOnDescription = true;
    const offer = (): void => {
      pick.items = this.#items(pick.value);
    };
    try {
      const picked = await new Promise<FoundItem>((resolve, reject) => {
        pick.onDidChangeValue(offer);
        pick.onDidAccept(() => pick.activeItems[0] && resolve(pick.activeItems[0]));
        pick.onDidHide(() => reject(new vscode.CancellationError()));
        offer();
        pick.show();
      });
      if (picked.criterion !== undefined) this.set(picked.criterion);
      return picked.station;
    } finally {
      pick.dispose();
    }
  }

  /** All items are always shown, because VS Code would leave out those that match by what their lines do not show. */
  #items(value: string): FoundItem[] {
    const text = value.trim();
    const all = this.#store.stations ?? [];
    const found = findStations(all, text);
    const shown = found.slice(0, maxOffered);
    const { Separator } = vscode.QuickPickItemKind;
    const counted =
      shown.length < found.length
        ? vscode.l10n.t('{0} of {1} stations', shown.length, found.length)
        : vscode.l10n.t('Stations');
    const byText = {
      label: `$(filter) ${vscode.l10n.t('Show matching stations only')}`,
      description: `“${text}”`,
      alwaysShow: true,
      criterion: { text },
    };
    const procedures = this.#procedures(text);
    return [
      ...(found.length === 0 ? [] : [{ label: counted, kind: Separator }]),
      ...shown.map((station) => this.#stationItem(station)),
      ...(text === '' && procedures.length === 0 ? [] : [{ label: vscode.l10n.t('Filter'), kind: Separator }]),
      ...(text === '' ? [] : [byText]),
      ...procedures,
    ];
  }

  #stationItem(station: StationItem): FoundItem {
    const { name, group, procedures } = station;
    const procedureNames = procedures.map((each) => procedureLabel(each)).join(', ');
    return {
      label: `$(circuit-board) ${withoutIcons(name)}`,
      description: withoutIcons(
        [group === null ? '' : oneLine(group), oneLine(procedureNames)].filter((part) => part !== '').join(' · '),
      ),
      alwaysShow: true,
      station,
    };
  }

  #procedures(text: string): FoundItem[] {
    const linked = new Map((this.#store.stations ?? []).flatMap(({ procedures }) => procedures.map((p) => [p.id, p])));
    const found = [...linked.values()].filter((each) =>
      [procedureLabel(each), each.name].some((name) => name.toLowerCase().includes(text.toLowerCase())),
    );
    return found.slice(0, maxOffered).map((procedure) => {
      const label = procedureLabel(procedure);
      return {
        label: `$(checklist) ${withoutIcons(label)}`,
        description: withoutIcons(nameBesideLabel(procedure)),
        alwaysShow: true,
        criterion: { procedure: procedure.id, label },
      };
    });
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
