/** Its message is a sentence that the assistant may read: what is wrong, with which field, and what to do instead. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
