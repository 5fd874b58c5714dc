import type { Writer } from '../writer.ts';

/** Commits a change to the database that leaves nothing behind. An update to the same values would not be written. */
export async function commitProbe(writer: Writer): Promise<void> {
  await writer.write(async (change) => {
    const { key } = await change
      .insertInto('observers')
      .values({ started_at: 0, alive_at: 0 })
      .returning('key')
      .executeTakeFirstOrThrow();
    await change.deleteFrom('observers').where('key', '=', key).execute();
  });
}
