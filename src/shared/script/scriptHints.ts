/** Cheap searches that decide whether a file is worth parsing: they must not miss anything that `scanScript` finds. */

export const mayDefineTests = (source: string): boolean =>
  /\b(?:openhtf|tofupilot)\b|\bdef\s+(?:phase|test)_/.test(source);

export const mayHaveMarks = (source: string): boolean =>
  /openhtf|tofupilot|\bphase_|\bdef\s+test_|api_key|ts[su]_/i.test(source);

export const mentionsV2Client = (source: string): boolean => /\btofupilot\.v2\b/.test(source);
