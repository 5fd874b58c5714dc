export function processesWith(entry: string): { pid: number; command: string }[];
