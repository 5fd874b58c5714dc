import { messageOf } from '../../shared/format/messageOf.ts';
import type { Connection } from '../connection/connection.ts';
import type { StationStore } from '../connection/stationStore.ts';
import { type Fact, type SectionContent, within } from './report.ts';
import type { ExaminedServer } from './server.ts';

const refreshTimeoutMs = 5_000;

/** Examines what this window knows about the stations. Only a server that answers is asked. */
export async function stationsSection(
  connection: Pick<Connection, 'hasStoredKey'>,
  store: Pick<StationStore, 'refresh' | 'refreshStation' | 'details' | 'stations' | 'selected' | 'error'>,
  { instance, answers }: Pick<ExaminedServer, 'instance' | 'answers'>,
): Promise<SectionContent> {
  if (answers) {
    await within(refreshTimeoutMs, async () => {
      await store.refresh();
      if (store.selected !== undefined) await store.refreshStation(store.selected.id);
    });
  }
  const { stations, selected, error } = store;
  const facts: Fact[] = [
    ['Stations', stations === undefined ? 'never seen by this window' : `${stations.length}`],
    ['Selected', selected === undefined ? 'none' : `${selected.name} (${selected.id})`],
  ];
  let key: KeyState | undefined;
  if (selected !== undefined && instance !== undefined) {
    key =
      keyState(store, selected.id, answers) ?? ((await connection.hasStoredKey(instance, selected.id)) ? 'yes' : 'no');
    facts.push(['Key of the selected station on this machine', key]);
  }
  if (error !== undefined) facts.push(['Last refresh', messageOf(error)]);
  // A server that does not answer is a problem of its own section: what follows from it is none.
  const problem = answers ? stationsProblem(store, key) : undefined;
  return { facts, problems: problem === undefined ? [] : [problem] };
}

type KeyState = 'yes' | 'no' | 'the station has none';

function keyState(
  store: Pick<StationStore, 'details' | 'error'>,
  station: string,
  answers: boolean,
): KeyState | undefined {
  const details = answers && store.error === undefined ? store.details(station) : undefined;
  if (details === undefined) return undefined;
  if (details.key === null) return 'the station has none';
  return details.key.isOnThisMachine ? 'yes' : 'no';
}

function stationsProblem(
  { stations, selected, error }: Pick<StationStore, 'stations' | 'selected' | 'error'>,
  key: KeyState | undefined,
): string | undefined {
  if (error !== undefined) return `The stations could not be loaded: ${messageOf(error)}`;
  if (stations?.length === 0) return 'There is no station yet. Create one with “Test Stations: Create Station”.';
  if (selected === undefined) return 'No station is selected. Choose one with “Test Stations: Select Station”.';
  if (key === 'the station has none') {
    return `${selected.name} has no key. Create one with “Test Stations: Generate New Key”.`;
  }
  if (key !== 'yes') {
    return `The key of ${selected.name} is not on this machine. Paste it with “Test Stations: Paste Key”, or generate a new one.`;
  }
  return undefined;
}
