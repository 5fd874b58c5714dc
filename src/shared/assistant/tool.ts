import * as z from 'zod';
import type { Answer, Operation } from '../contract/operation.ts';

interface CallInput<O extends Operation> {
  params?: z.input<O['params']>;
  query?: z.input<O['query']>;
  body?: z.input<O['body']>;
}

/** Calls an operation with the rights of the assistant's user. @throws ToolError why it was refused */
export type CallOperation = <O extends Operation>(operation: O, input?: CallInput<O>) => Promise<Answer<O>>;

export interface AssistantTool<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /**
   * A verb and a noun in snake case; the protocol allows `[a-zA-Z0-9_-]{1,128}`. The title is in title case. The description says
   * what the tool answers, when to use it and what it cannot do, in 80 to 900 characters.
   */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: I;
  readonly output: O;
  /** Clients then call it without asking the user. */
  readonly isReadOnly: boolean;
  readonly isIdempotent: boolean;
}

/** A tool that needs nothing but the server: the MCP server answers it, or says why not by a `ToolError`. */
export interface ServerTool<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodObject = z.ZodObject,
> extends AssistantTool<I, O> {
  readonly appUri?: `ui://${string}`;
  answer(input: z.output<I>, call: CallOperation): Promise<z.input<O>>;
}

export const serverTool = <I extends z.ZodObject, O extends z.ZodObject>(tool: ServerTool<I, O>): ServerTool<I, O> =>
  tool;

export const readingTool = <I extends z.ZodObject, O extends z.ZodObject>(
  tool: Omit<ServerTool<I, O>, 'isReadOnly' | 'isIdempotent'>,
): ServerTool<I, O> => ({ ...tool, isReadOnly: true, isIdempotent: true });
