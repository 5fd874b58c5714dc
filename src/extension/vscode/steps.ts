import * as vscode from 'vscode';

interface TextOptions {
  readonly value: string;
  readonly prompt: string;
  readonly validate?: (text: string) => string | undefined;
  /** Is asked on Enter, for what takes time. The text stays in the box while it is refused. */
  readonly verify?: (text: string) => Promise<string | undefined>;
}

export type Question = (step: Step) => Promise<void>;

interface Draft {
  text?: string;
  item?: vscode.QuickPickItem;
}

class BackError extends Error {}

/**
 * Asks several questions one after another. The title has the number of each step, and every step but the first has a
 * Back button, by which the user returns to the question before. What was typed or picked is kept meanwhile.
 * @param questions returns the questions. It is called before each step, because an answer can add or remove later ones.
 * @throws vscode.CancellationError when the user dismisses a step
 */
export async function askInSteps(title: string, questions: () => readonly Question[]): Promise<void> {
  const drafts = new Map<Question, Draft>();
  let index = 0;
  for (;;) {
    const all = questions();
    const question = all[index];
    if (question === undefined) return;
    const draft = drafts.get(question) ?? {};
    drafts.set(question, draft);
    try {
      await question(new Step(title, index + 1, all.length, draft));
      index += 1;
    } catch (error) {
      if (!(error instanceof BackError)) throw error;
      index -= 1;
    }
  }
}

export const askOne = <T>(title: string, question: (step: Step) => Promise<T>): Promise<T> =>
  question(new Step(title, 1, 1, {}));

export class Step {
  readonly #title: string;
  readonly #number: number;
  readonly #total: number;
  readonly #draft: Draft;

  constructor(title: string, number: number, total: number, draft: Draft) {
    this.#title = title;
    this.#number = number;
    this.#total = total;
    this.#draft = draft;
  }

  /** Returns this step for a further question, without what was typed or picked. */
  fresh(): Step {
    return new Step(this.#title, this.#number, this.#total, {});
  }

  text({ value, prompt, validate = () => undefined, verify }: TextOptions): Promise<string> {
    const box = vscode.window.createInputBox();
    box.value = this.#draft.text ?? value;
    box.prompt = prompt;
    return this.show(box, (done, failed) => {
      box.onDidChangeValue((text) => {
        this.#draft.text = text;
        box.validationMessage = validate(text) ?? '';
      });
      box.onDidAccept(() => {
        const text = box.value;
        const refusal = validate(text);
        if (refusal !== undefined) box.validationMessage = refusal;
        else if (verify === undefined) done(text.trim());
        else if (!box.busy) {
          box.busy = true;
          void verify(text)
            .then((problem) => {
              if (problem === undefined) done(text.trim());
              else if (box.value === text) box.validationMessage = problem;
            }, failed)
            .finally(() => (box.busy = false));
        }
      });
    });
  }

  pick<T extends vscode.QuickPickItem>(items: readonly T[], placeholder: string): Promise<T> {
    const box = vscode.window.createQuickPick<T>();
    box.items = items;
    box.placeholder = placeholder;
    box.matchOnDescription = true;
    // An empty list would deactivate the first item, and Enter would then pick nothing.
    const active = items.filter((item) => item === this.#draft.item);
    if (active.length > 0) box.activeItems = active;
    return this.show(box, (done) => {
      box.onDidAccept(() => {
        const [picked] = box.selectedItems;
        if (picked === undefined) return;
        this.#draft.item = picked;
        done(picked);
      });
    });
  }

  /**
   * Asks for any number of items.
   * @param check returns why the picked items are not an answer yet
   * @returns them, and what was typed meanwhile
   */
  pickMany<T extends vscode.QuickPickItem>(
    items: readonly T[],
    isPicked: (item: T) => boolean,
    placeholder: string,
    check: (picked: readonly T[]) => string | undefined = () => undefined,
  ): Promise<{ picked: readonly T[]; text: string }> {
    const box = vscode.window.createQuickPick<T>();
    box.canSelectMany = true;
    box.matchOnDescription = true;
    box.placeholder = placeholder;
    box.items = items;
    box.selectedItems = items.filter(isPicked);
    return this.show(box, (done) => {
      box.onDidAccept(() => {
        const problem = check(box.selectedItems);
        if (problem === undefined) done({ picked: box.selectedItems, text: box.value.trim() });
        else box.placeholder = problem;
      });
    });
  }

  /**
   * Shows a box as this step, and disposes of it.
   * @param listen is given what ends the step with an answer, and with an error
   * @throws vscode.CancellationError when the user dismisses the box
   */
  async show<T>(
    box: vscode.InputBox | vscode.QuickPick<vscode.QuickPickItem>,
    listen: (done: (answer: T) => void, failed: (error: unknown) => void) => void,
  ): Promise<T> {
    box.title = this.#title;
    if (this.#total > 1) {
      box.step = this.#number;
      box.totalSteps = this.#total;
    }
    // What was typed survives a look into another window.
    box.ignoreFocusOut = true;
    if (this.#number > 1) box.buttons = [vscode.QuickInputButtons.Back, ...box.buttons];
    try {
      return await new Promise<T>((resolve, reject) => {
        box.onDidTriggerButton((button) => {
          if (button === vscode.QuickInputButtons.Back) reject(new BackError());
        });
        box.onDidHide(() => reject(new vscode.CancellationError()));
        listen(resolve, reject);
        box.show();
      });
    } finally {
      box.dispose();
    }
  }
}
