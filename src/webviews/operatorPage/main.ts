import * as l10n from '@vscode/l10n';
import * as z from 'zod';

// The page's policy forbids creating code from text, which zod would try by default.
z.config({ jitless: true });

const translations = ['de'];

/** Loads the texts in the browser's language; the page stays in English where there is no translation. */
async function translate(): Promise<void> {
  const language = navigator.languages
    .map((each) => each.split('-')[0] ?? '')
    .find((each) => each === 'en' || translations.includes(each));
  if (language === undefined || language === 'en') return;
  const response = await fetch(`bundle.l10n.${language}.json`);
  if (!response.ok) return;
  l10n.config({ contents: z.record(z.string(), z.string()).parse(await response.json()) });
  document.documentElement.lang = language;
}

// The texts are loaded first: a page that cannot load them is shown in English.
await translate().catch((error: unknown) => console.warn(error));
await import('./page.ts');
