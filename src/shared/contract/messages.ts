/** One handler for each type of message. */
export type Handlers<M extends { type: string }> = {
  readonly [T in M['type']]: (message: Extract<M, { type: T }>) => unknown;
};

/** Calls the handler for the type of the message, and returns its result. */
export function dispatch<M extends { type: string }>(handlers: Handlers<M>, message: M): unknown;
export function dispatch(handlers: Record<string, (message: object) => unknown>, message: { type: string }): unknown {
  return handlers[message.type]?.(message);
}
