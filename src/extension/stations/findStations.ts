import { procedureLabel } from '../../shared/run/procedureChoice.ts';
import type { StationItem } from '../connection/stationSource.ts';

type Searched = Pick<StationItem, 'name' | 'group' | 'procedures' | 'use'>;

const wordsIn = (text: string): string[] =>
  text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== ''); // prettier-ignore

const searchedTexts = ({ name, group, procedures, use }: Searched): string[] => [
  name,
  group ?? '',
  ...procedures.flatMap((each) => [procedureLabel(each), each.name]),
  ...(use?.windows ?? []).flatMap(({ user_name, machine }) => [user_name, machine]),
];

/**
 * Returns whether one of the texts of a station contains the text, or they have words that begin with each of its words:
 * "line 9" finds line 9 and line 90, and not line 19.
 */
export function matchesStation(station: Searched, text: string): boolean {
  const texts = searchedTexts(station);
  const typed = text.trim().toLowerCase();
  if (texts.some((each) => each.toLowerCase().includes(typed))) return true;
  const typedWords = wordsIn(text);
  const words = texts.flatMap(wordsIn);
  return typedWords.length > 0 && typedWords.every((typedWord) => words.some((word) => word.startsWith(typedWord)));
}

/** Returns the stations that match, those whose names fit best first, and otherwise in the same order. */
export function findStations<S extends Searched>(stations: readonly S[], text: string): S[] {
  const typed = text.trim().toLowerCase();
  const found = stations.filter((station) => matchesStation(station, text));
  if (typed === '') return found;
  const ranks = new Map(found.map((station) => [station, nameRank(station.name.toLowerCase(), typed)]));
  return found.sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
}

function nameRank(name: string, typed: string): number {
  if (name === typed) return 0;
  if (name.startsWith(typed)) return 1;
  if (name.includes(typed)) return 2;
  return wordsIn(typed).every((word) => name.includes(word)) ? 3 : 4;
}
