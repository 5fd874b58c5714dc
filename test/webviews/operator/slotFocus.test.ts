import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  type FocusPlace,
  longestAskingSlot,
  nextFreeSlot,
  placeAfterChange,
  type SlotInput,
} from '../../../src/webviews/operator/slotFocus.ts';

const seed = Number(process.env['FOCUS_SEED'] ?? 20_261_129);

const free = (slot: number): SlotInput => ({ slot, isFree: true, askedAtMs: null });
const running = (slot: number, askedAtMs: number | null = null): SlotInput => ({ slot, isFree: false, askedAtMs });
const nothing = { slot: null, inUse: false };

/** A field of the page: its place, and of a prompt also which one. */
interface Field extends FocusPlace {
  readonly prompt: number | null;
}
interface Sent {
  readonly slot: number;
  readonly prompt: number | null;
  readonly text: string;
}

/** A page with slots, whose focus moves by the rules. Typing goes where the focus is, as in a browser. */
class Page {
  readonly sent: Sent[] = [];
  readonly #slots: { isRunning: boolean; prompt: number | null; text: Map<number | null, string> }[];
  #focus: Field | null = null;
  #isIdle = false;
  #time = 0;

  constructor(count: number) {
    this.#slots = Array.from({ length: count }, () => ({ isRunning: false, prompt: null, text: new Map() }));
    this.#change(0);
  }

  get focus(): Field | null {
    return this.#focus;
  }

  textIn({ slot, prompt }: Field): string {
    return this.#slot(slot).text.get(prompt) ?? '';
  }

  isOpen({ slot, prompt }: Field): boolean {
    const { isRunning, prompt: open } = this.#slot(slot);
    return prompt === null ? !isRunning : open === prompt;
  }

  click(slot: number): void {
    const { isRunning, prompt } = this.#slot(slot);
    if (!isRunning) this.#setFocus({ slot, part: 'serial', prompt: null });
    else if (prompt !== null) this.#setFocus({ slot, part: 'prompt', prompt });
  }

  type(text: string): void {
    if (this.#focus === null) return;
    this.#isIdle = false;
    this.#slot(this.#focus.slot).text.set(this.#focus.prompt, this.textIn(this.#focus) + text);
  }

  enter(): void {
    const { focus } = this;
    if (focus === null) return;
    this.#isIdle = false;
    const text = this.textIn(focus);
    if (text === '') return;
    this.sent.push({ slot: focus.slot, prompt: focus.prompt, text });
    this.#slot(focus.slot).text.delete(focus.prompt);
    if (focus.prompt !== null) this.close(focus.slot);
    else {
      this.#slot(focus.slot).isRunning = true;
      const next = nextFreeSlot(this.#inputs(), focus.slot);
      this.#setFocus(next === null ? null : { slot: next, part: 'serial', prompt: null });
      this.#change(focus.slot);
    }
  }

  ask(slot: number): void {
    const found = this.#slot(slot);
    if (!found.isRunning || found.prompt !== null) return;
    found.prompt = ++this.#time;
    this.#change(slot);
  }

  close(slot: number): void {
    if (this.#slot(slot).prompt === null) return;
    this.#slot(slot).prompt = null;
    this.#change(slot);
  }

  end(slot: number): void {
    const found = this.#slot(slot);
    if (!found.isRunning) return;
    found.prompt = null;
    found.isRunning = false;
    this.#change(slot);
  }

  #slot(slot: number) {
    const found = this.#slots[slot - 1];
    assert.ok(found);
    return found;
  }

  #inputs(): SlotInput[] {
    return this.#slots.map(({ isRunning, prompt, text }, index) => ({
      slot: index + 1,
      isFree: !isRunning && (text.get(null) ?? '') === '',
      askedAtMs: prompt,
    }));
  }

  #setFocus(field: Field | null, isIdle = false): void {
    this.#focus = field;
    this.#isIdle = isIdle;
  }

  #change(slot: number): void {
    if (this.#focus !== null && !this.isOpen(this.#focus)) this.#setFocus(null);
    const owner = { slot: this.#focus?.slot ?? null, inUse: this.#focus !== null && !this.#isIdle };
    const place = placeAfterChange(this.#inputs(), slot, owner);
    if (place === null) return;
    const prompt = place.part === 'prompt' ? this.#slot(place.slot).prompt : null;
    this.#setFocus({ ...place, prompt }, place.part === 'serial');
  }
}

const slotCount = 5;
const slot = fc.integer({ min: 1, max: slotCount });
const step = fc.oneof(
  fc.record({ kind: fc.constant('type' as const), text: fc.stringMatching(/^[A-Z0-9]{1,4}$/) }),
  fc.record({ kind: fc.constant('enter' as const) }),
  fc.record({ kind: fc.constantFrom('click' as const, 'ask' as const, 'close' as const, 'end' as const), slot }),
);

describe('the focus of the Operator UI with several slots', () => {
  it('moves to the next free slot after a start, and begins again with the first slot', () => {
    assert.equal(nextFreeSlot([free(1), running(2), free(3), free(4)], 1), 3);
    assert.equal(nextFreeSlot([free(1), running(2), running(3), free(4)], 4), 1);
    assert.equal(nextFreeSlot([running(1), free(2)], 2), null, 'the started slot itself is not the next');
  });

  it('moves to a prompt when no field is in use, and to the prompt that was asked first', () => {
    const prompt = { slot: 2, part: 'prompt' };
    assert.deepEqual(placeAfterChange([running(1), running(2, 5)], 2, nothing), prompt);
    assert.deepEqual(placeAfterChange([running(1, 9), running(2, 5)], 1, nothing), prompt);
    assert.deepEqual(placeAfterChange([free(1), running(2, 5)], 2, { slot: 1, inUse: false }), prompt);
  });

  it('is brought by open questions to the slot that asked first', () => {
    assert.equal(longestAskingSlot([free(1), running(2, 9), running(3, 5), running(4, 5)]), 3);
    assert.equal(longestAskingSlot([free(1), running(2)]), null);
  });

  it('stays in a field that is in use when another slot asks or ends', () => {
    const owner = { slot: 1, inUse: true };
    assert.equal(placeAfterChange([free(1), running(2, 5)], 2, owner), null);
    assert.equal(placeAfterChange([running(1, 3), free(2)], 2, owner), null);
    assert.equal(placeAfterChange([free(1), running(2, 5)], 1, owner), null, 'also when its own slot changes');
    assert.equal(
      placeAfterChange([free(1), running(2, 5)], 2, { slot: null, inUse: true }),
      null,
      'a tool has the focus',
    );
  });

  it('moves from a button of a slot to the prompt of the same slot', () => {
    const place = placeAfterChange([running(1, 9), running(2, 5)], 1, { slot: 1, inUse: true });
    assert.deepEqual(place, { slot: 1, part: 'prompt' });
  });

  it('moves to the slot whose test has ended when no test asks and no field has the focus', () => {
    assert.deepEqual(placeAfterChange([free(1), running(2), free(3)], 3, nothing), { slot: 3, part: 'serial' });
    assert.deepEqual(placeAfterChange([free(1), running(2), running(3)], 3, nothing), { slot: 1, part: 'serial' });
    assert.equal(placeAfterChange([free(1), free(2)], 2, { slot: 1, inUse: false }), null, 'an idle field keeps it');
  });

  it('starts a test in every slot when as many units are scanned in a row, whatever the tests ask', () => {
    const asks = fc.array(fc.array(slot, { maxLength: 4 }), { minLength: slotCount, maxLength: slotCount });
    fc.assert(
      fc.property(asks, (asking) => {
        const page = new Page(slotCount);
        for (const [index, slots] of asking.entries()) {
          for (const each of slots) page.ask(each);
          page.type(`SN-${index}`);
          page.enter();
        }
        const started = page.sent.map(({ slot: number, prompt, text }) => [number, prompt, text]);
        assert.deepEqual(
          started,
          asking.map((_, index) => [index + 1, null, `SN-${index}`]),
        );
      }),
      { seed, numRuns: 200 },
    );
  });

  it(`sends each text to the slot and the prompt in which it was typed, and moves no half-typed text (FOCUS_SEED=${seed})`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const page = new Page(slotCount);
        // The oracle only looks at where the keyboard was when a text was typed.
        const typed = new Map<string, string>();
        const expected: Sent[] = [];
        for (const each of steps) {
          const before = page.focus;
          const name = JSON.stringify(before);
          if (each.kind === 'type') {
            page.type(each.text);
            if (before) typed.set(name, (typed.get(name) ?? '') + each.text);
          } else if (each.kind === 'enter') {
            page.enter();
            const text = typed.get(name);
            if (before && text !== undefined) expected.push({ slot: before.slot, prompt: before.prompt, text });
            typed.delete(name);
          } else {
            page[each.kind](each.slot);
            const isKept = each.kind === 'click' || before === null || !typed.has(name) || !page.isOpen(before);
            if (!isKept) assert.deepEqual(page.focus, before, `${each.kind} ${each.slot} took the focus of ${name}`);
          }
          assert.deepEqual(page.sent, expected);
          if (page.focus) assert.ok(page.isOpen(page.focus), 'the focus is in a field that is shown');
        }
        for (const [name, text] of typed) {
          const field = JSON.parse(name) as Field;
          assert.equal(page.textIn(field), text, 'a text that was not sent is still in its field');
        }
      }),
      { seed, numRuns: 1000 },
    );
  });
});
