export function manifestTools(): Readonly<Record<'languageModelTools' | 'languageModelToolSets', readonly unknown[]>>;
export function toolTitles(): Readonly<Record<string, string>>;
