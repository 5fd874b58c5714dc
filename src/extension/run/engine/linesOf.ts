/** Yields the lines of a text that comes in pieces. A line may be of any length: its pieces are joined once, at its end. */
export async function* linesOf(chunks: AsyncIterable<unknown> | Iterable<unknown>): AsyncGenerator<string> {
  let pieces: string[] = [];
  for await (const chunk of chunks) {
    const [first = '', ...others] = String(chunk).split('\n');
    pieces.push(first);
    for (const next of others) {
      yield pieces.join('');
      pieces = [next];
    }
  }
  yield pieces.join('');
}
