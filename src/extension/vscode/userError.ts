export interface Remedy {
  readonly label: string;
  readonly run: () => unknown;
}

export interface WithRemedies {
  readonly remedies: readonly Remedy[];
}

export const hasRemedies = (error: unknown): error is WithRemedies =>
  error instanceof Error && 'remedies' in error && Array.isArray(error.remedies);

export class UserError extends Error implements WithRemedies {
  override readonly name = 'UserError';
  readonly remedies: readonly Remedy[];

  constructor(message: string, remedies: readonly Remedy[] = [], options?: ErrorOptions) {
    super(message, options);
    this.remedies = remedies;
  }
}
