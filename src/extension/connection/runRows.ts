import * as z from 'zod';

const runRow = z.object({ run: z.object({ id: z.string(), unit: z.object({ serial_number: z.string() }) }) });

export const idOfRun = (row: unknown): string | undefined => runRow.safeParse(row).data?.run.id;

export const serialNumberOfRun = (row: unknown): string | undefined =>
  runRow.safeParse(row).data?.run.unit.serial_number;
