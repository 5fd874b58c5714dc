import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Returns the processes with `entry` (`NAME=value`) in their environment. Children inherit it, also those that left their
 * process group. The list is empty on Windows, which has no such query.
 * @param {string} entry
 * @returns {{ pid: number, command: string }[]}
 */
export function processesWith(entry) {
  if (process.platform === 'win32') return [];
  const all = process.platform === 'linux' ? listOnLinux(entry) : listWithPs(entry);
  return all.filter(({ pid }) => pid !== process.pid);
}

function listOnLinux(entry) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && read(name, 'environ').includes(entry))
    .map((name) => ({ pid: Number(name), command: read(name, 'cmdline').join(' ').trim() }));
}

function read(pid, what) {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8').split('\0');
  } catch {
    // The process has ended or belongs to another user.
    return [];
  }
}

function listWithPs(entry) {
  const list = execFileSync('ps', ['-axEww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  return list
    .split('\n')
    .filter((line) => line.includes(entry))
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line.trim().slice(0, 200) }));
}
