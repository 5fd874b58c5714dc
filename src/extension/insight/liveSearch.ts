import * as vscode from 'vscode';
import { messageOf } from '../../shared/format/messageOf.ts';

export interface Found<T> extends vscode.QuickPickItem {
  readonly value: T;
  /** Whether the text names this and nothing else, so that Enter opens it without a look at the list. */
  readonly isExact: boolean;
}

interface LiveSearch<T> {
  readonly title: string;
  readonly placeholder: string;
  readonly search: (text: string) => Promise<readonly Found<T>[]>;
  readonly nothingFound: (text: string) => string;
}

const typingDelayMs = 150;

type Sentence = vscode.QuickPickItem & { readonly value?: undefined };

/**
 * Asks for one of what a search finds while the user types. A scanner sends Enter before the results arrive: then an
 * exact match is taken as soon as it arrives, and otherwise the list stays open.
 */
export async function pickBySearch<T>({ title, placeholder, search, nothingFound }: LiveSearch<T>): Promise<T> {
  const box = vscode.window.createQuickPick<Found<T> | Sentence>();
  box.title = title;
  box.placeholder = placeholder;
  let timer: NodeJS.Timeout | undefined;
  let searched: string | undefined;
  let shown: string | undefined;
  let isEntered = false;
  try {
    return await new Promise<T>((resolve, reject) => {
      const start = async (): Promise<void> => {
        clearTimeout(timer);
        const text = box.value.trim();
        if (searched === text) return;
        searched = text;
        box.busy = true;
        const rows = await search(text).then(
          (found) => (found.length === 0 && text !== '' ? [sentence(nothingFound(text))] : found),
          (error: unknown) => [sentence(messageOf(error))],
        );
        if (searched !== text) return; // A later search has begun.
        box.busy = false;
        shown = text;
        const exact = rows.filter((row): row is Found<T> => 'isExact' in row && row.isExact);
        const [only, ...others] = exact;
        if (isEntered && only !== undefined && others.length === 0) {
          resolve(only.value);
          return;
        }
        isEntered = false;
        // VS Code would otherwise hide the rows whose label does not contain the text.
        box.items = rows.map((row) => ({ ...row, alwaysShow: true }));
      };
      box.onDidChangeValue((text) => {
        isEntered = false;
        clearTimeout(timer);
        if (text.trim() !== searched) timer = setTimeout(() => void start(), typingDelayMs);
      });
      box.onDidAccept(() => {
        if (box.value.trim() !== shown) {
          isEntered = true;
          void start();
          return;
        }
        const [picked] = box.selectedItems;
        if (picked?.value !== undefined) resolve(picked.value);
      });
      box.onDidHide(() => reject(new vscode.CancellationError()));
      box.show();
      void start();
    });
  } finally {
    clearTimeout(timer);
    searched = undefined;
    box.dispose();
  }
}

const sentence = (text: string): Sentence => ({ label: text, iconPath: new vscode.ThemeIcon('info') });
