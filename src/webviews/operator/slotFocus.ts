/**
 * Decides which field of the page a scanner types into when a station tests several units. The rules:
 *
 * - After a start, the focus moves to the next slot that is free, so that units can be scanned one after another.
 * - A prompt takes the focus only when no field of another slot is in use. An empty field into which the page itself put the
 *   focus is not in use, except after a start, when the next unit is about to be scanned.
 * - The page moves the focus only after the keyboard was quiet: the rest of a scan whose field has disappeared must not be
 *   typed into another field, and the second line end of a scanner must not confirm a prompt.
 */
export interface SlotInput {
  readonly slot: number;
  /** Whether a test can be started here, and nothing is typed yet. */
  readonly isFree: boolean;
  /** When the test asked, in milliseconds since 1970, if the prompt can be answered here. */
  readonly askedAtMs: number | null;
}

export interface FocusPlace {
  readonly slot: number;
  readonly part: 'serial' | 'prompt';
}

/** The slot that has the focus. It is in use unless the page put the focus there by itself and nothing was typed since. */
export interface FocusOwner {
  readonly slot: number | null;
  readonly inUse: boolean;
}

/** For this long no key may have been pressed before the page moves the focus by itself. A scanner types faster. */
export const quietMs = 400;

export function nextFreeSlot(slots: readonly SlotInput[], after: number): number | null {
  const free = slots.filter(({ slot, isFree }) => isFree && slot !== after).map(({ slot }) => slot);
  return free.find((slot) => slot > after) ?? free[0] ?? null;
}

export function longestAskingSlot(slots: readonly SlotInput[]): number | null {
  const [longest] = slots
    .filter(({ askedAtMs }) => askedAtMs !== null)
    .sort((a, b) => (a.askedAtMs ?? 0) - (b.askedAtMs ?? 0) || a.slot - b.slot);
  return longest?.slot ?? null;
}

/** @param changed the slot that has changed, or 0 when the page was opened or got the focus */
export function placeAfterChange(slots: readonly SlotInput[], changed: number, owner: FocusOwner): FocusPlace | null {
  const own = slots.find(({ slot }) => slot === changed);
  if (owner.inUse) {
    const isAsked = owner.slot === changed && own !== undefined && own.askedAtMs !== null;
    return isAsked ? { slot: changed, part: 'prompt' } : null;
  }
  const asking = longestAskingSlot(slots);
  if (asking !== null) return { slot: asking, part: 'prompt' };
  if (owner.slot !== null) return null;
  const free = own?.isFree === true ? changed : nextFreeSlot(slots, changed);
  return free === null ? null : { slot: free, part: 'serial' };
}
