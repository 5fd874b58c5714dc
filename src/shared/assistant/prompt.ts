interface PromptArgument {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
}

/** A text that the user of an assistant chooses by name, and that begins a conversation. */
export interface AssistantPrompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly PromptArgument[];
  /** @param values of the arguments; each is a single-line text of limited length */
  text(values: Readonly<Record<string, string>>): string;
}
