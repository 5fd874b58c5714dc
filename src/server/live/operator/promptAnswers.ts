import type { AnsweredPrompt } from '../../../shared/contract/operator.ts';
import { conflict } from '../../http/refusalError.ts';

const maxPrompts = 200;

const retryDelayMs = 1_000;

interface Answer {
  readonly answered: AnsweredPrompt;
  /** Null: the caller passes the answer to the test itself. */
  readonly text: string | null;
  sentAtMs: number;
}

/** The answers to prompts. The first answer counts, and it is sent until the test has accepted it. */
export class PromptAnswers {
  readonly #answers = new Map<string, Answer>();

  of(prompt: string): AnsweredPrompt | null {
    return this.#answers.get(prompt)?.answered ?? null;
  }

  add(prompt: string, by: string, text: string | null, now: number): AnsweredPrompt {
    const first = this.of(prompt);
    if (first !== null) {
      const when = new Date(first.at).toISOString().slice(11, 19);
      throw conflict(`This question was answered already, by ${first.by} at ${when} UTC. That answer counts.`);
    }
    const answered = { prompt_id: prompt, by, at: new Date(now).toISOString() };
    this.#answers.set(prompt, { answered, text, sentAtMs: -Infinity });
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= maxPrompts) break;
      this.#answers.delete(oldest);
    }
    return answered;
  }

  takeDue(prompt: string, now: number): string | null {
    const answer = this.#answers.get(prompt);
    if (answer?.text == null || now - answer.sentAtMs < retryDelayMs) return null;
    answer.sentAtMs = now;
    return answer.text;
  }
}
