/** What a button under an error does. */
export interface Remedy {
  readonly label: string;
  readonly run: () => unknown;
}

/** An error that knows what the user can do about it. */
export interface WithRemedies {
  readonly remedies: readonly Remedy[];
}

export const hasRemedies = (error: unknown): error is WithRemedies =>
  error instanceof Error && 'remedies' in error && Array.isArray(error.remedies);

/** An error written for the user: what happened, to what, and the buttons that mend it. */
export class UserError extends Error implements WithRemedies {
  override readonly name = 'UserError';
  readonly remedies: readonly Remedy[];

  constructor(message: string, remedies: readonly Remedy[] = [], options?: ErrorOptions) {
    super(message, options);
    this.remedies = remedies;
  }
}
