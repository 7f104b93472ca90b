/**
 * Where the plans of a model are shared out (vitest.models.config.ts), a kind of event must have
 * occurred in one of its parts: what comes up once in thousands of plans is not in each.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** vitest's `globalSetup`. Each part writes what it has not come upon into the folder. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-models-'));
  process.env.MODEL_COVERAGE = folder;
  return () => {
    const parts = readdirSync(folder).map((file): string[] =>
      JSON.parse(readFileSync(join(folder, file), 'utf8')),
    );
    rmSync(folder, { recursive: true });
    const [first = [], ...others] = parts;
    const missing = first.filter((kind) => others.every((part) => part.includes(kind)));
    if (missing.length > 0) {
      process.exitCode = 1;
      throw new Error(`no part of the plans came upon ${missing.join(', ')}`);
    }
  };
}
