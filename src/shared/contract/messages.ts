/** One handler for each kind of message: one that is missing does not compile. */
export type Handlers<M extends { type: string }> = {
  readonly [T in M['type']]: (message: Extract<M, { type: T }>) => unknown;
};

/** Gives the message to the handler of its kind, and back what that one gives. */
export function dispatch<M extends { type: string }>(handlers: Handlers<M>, message: M): unknown {
  const handler: (message: never) => unknown = handlers[message.type as M['type']];
  return handler(message as never);
}
