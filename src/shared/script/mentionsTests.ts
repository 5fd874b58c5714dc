/** Whether a Python file speaks of tests at all: only such files are worth parsing. */
export const mentionsTests = (source: string): boolean => /\b(?:openhtf|tofupilot)\b|\bdef\s+phase_/.test(source);
