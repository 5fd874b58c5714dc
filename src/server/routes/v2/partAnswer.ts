/** The columns in which stores tell the part of a unit. */
interface OfPart {
  part_id: string;
  part_number: string;
  part_name: string;
  revision_id: string;
  revision_number: string;
}

/** The part of a unit, as the wire has it. */
export const partAnswer = (row: OfPart) => ({
  id: row.part_id,
  number: row.part_number,
  name: row.part_name,
  revision: { id: row.revision_id, number: row.revision_number },
});
