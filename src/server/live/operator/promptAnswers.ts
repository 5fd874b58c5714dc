import type { AnsweredPrompt } from '../../../shared/contract/operator.ts';
import { conflict } from '../../http/refusalError.ts';

/** Prompts whose answer is remembered, of one station. */
const rememberedPrompts = 200;

/** Milliseconds after which an answer that the test has not taken is given once more. */
const patienceMillis = 1_000;

interface Answer {
  readonly answered: AnsweredPrompt;
  /** Null: whoever answered gives it to the test itself. */
  readonly text: string | null;
  /** By the clock that nobody sets. */
  givenAt: number;
}

/** Who answered which prompt: the first one counts, and it is given until the test has taken it. */
export class PromptAnswers {
  readonly #given = new Map<string, Answer>();

  of(prompt: string): AnsweredPrompt | null {
    return this.#given.get(prompt)?.answered ?? null;
  }

  /** @throws RefusalError (409) when somebody was first */
  add(prompt: string, by: string, text: string | null, now: number): AnsweredPrompt {
    const first = this.of(prompt);
    if (first !== null) {
      const when = new Date(first.at).toISOString().slice(11, 19);
      throw conflict(`This question was answered already, by ${first.by} at ${when} UTC. That answer counts.`);
    }
    const answered = { prompt_id: prompt, by, at: new Date(now).toISOString() };
    this.#given.set(prompt, { answered, text, givenAt: -Infinity });
    for (const oldest of this.#given.keys()) {
      if (this.#given.size <= rememberedPrompts) break;
      this.#given.delete(oldest);
    }
    return answered;
  }

  /**
   * The text that is to be given to a prompt that is still open; null: none, or it was given just now.
   * @param now by the clock that nobody sets
   */
  due(prompt: string, now: number): string | null {
    const answer = this.#given.get(prompt);
    if (answer?.text == null || now - answer.givenAt < patienceMillis) return null;
    answer.givenAt = now;
    return answer.text;
  }
}
