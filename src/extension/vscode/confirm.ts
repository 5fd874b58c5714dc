import { showWarning } from './messages.ts';

/** Asks for confirmation in a modal dialog. @returns whether the user chose the button */
export async function confirm(question: { message: string; detail: string; button: string }): Promise<boolean> {
  const { message, detail, button } = question;
  return (await showWarning(message, { modal: true, detail }, button)) === button;
}
