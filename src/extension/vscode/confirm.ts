import { showWarning } from './messages.ts';

export async function confirm(question: { message: string; detail: string; button: string }): Promise<boolean> {
  const { message, detail, button } = question;
  return (await showWarning(message, { modal: true, detail }, button)) === button;
}
