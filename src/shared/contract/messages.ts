export type Handlers<M extends { type: string }> = {
  readonly [T in M['type']]: (message: Extract<M, { type: T }>) => unknown;
};

export function dispatch<M extends { type: string }>(handlers: Handlers<M>, message: M): unknown;
export function dispatch(handlers: Record<string, (message: object) => unknown>, message: { type: string }): unknown {
  return handlers[message.type]?.(message);
}
