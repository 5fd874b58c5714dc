/** The columns that describe the part of a unit. */
interface OfPart {
  part_id: string;
  part_number: string;
  part_name: string;
  revision_id: string;
  revision_number: string;
}

/** Returns the part of a unit in the format of the API. */
export const partAnswer = (row: OfPart) => ({
  id: row.part_id,
  number: row.part_number,
  name: row.part_name,
  revision: { id: row.revision_id, number: row.revision_number },
});
