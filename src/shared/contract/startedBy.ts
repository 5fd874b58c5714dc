/** With the value `assistant`, the server sets `assistantMetadata` of a pushed run. Other values mean nothing. */
export const startedByHeader = 'Test-Stations-Started-By';

/** The header of a request that pushes a run, with the number of the slot in which the unit was tested, if there are several. */
export const slotHeader = 'Test-Stations-Slot';

export const assistantMetadata = { started_by: 'assistant' } as const;

export const isByAssistant = (metadata: Readonly<Record<string, unknown>> | undefined): boolean =>
  metadata?.['started_by'] === assistantMetadata.started_by;
