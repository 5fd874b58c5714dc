export interface PlugCall {
  plug_name: string;
  method_name: string;
  args: unknown[];
}

export interface LiveStream {
  readonly id: string;
  /** Null: it streams with a user's key, and belongs to no station. */
  readonly stationId: string | null;
  send(message: PlugCall): void;
}

export type StreamEnd = 'clean' | 'lost' | 'key' | 'server';

export interface StreamListener {
  opened(stream: LiveStream): void;
  /** @param state the complete state of OpenHTF as the client sent it, unchecked */
  state(stream: LiveStream, state: unknown): void;
  closed(stream: LiveStream, how: StreamEnd): void;
}
