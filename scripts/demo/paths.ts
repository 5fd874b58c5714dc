import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** The folder with data, workspace and profile, which remains between starts. */
export const demo = join(root, '.demo');
export const data = join(demo, 'data');
export const workspace = join(demo, 'workspace');
export const script = join(workspace, 'openhtf_fvt1.py');

export const server = join(root, 'dist', 'server.js');
export const runner = join(root, 'dist', 'runner', '__main__.py');
