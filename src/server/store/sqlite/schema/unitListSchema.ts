/** Schema 20: units by the procedure of their last run, and in its order. */
export const unitListSchema = 'create index units_by_last_procedure on units (last_procedure_id);';
