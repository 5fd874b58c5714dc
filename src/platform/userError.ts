/** What a button under an error does. */
export interface Remedy {
  readonly label: string;
  readonly run: () => unknown;
}

/** An error written for the user: what happened, to what, and the buttons that mend it. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly remedies: readonly Remedy[];

  constructor(message: string, remedies: readonly Remedy[] = [], options?: ErrorOptions) {
    super(message, options);
    this.remedies = remedies;
  }
}
