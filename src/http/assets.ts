/**
 * What stands in assets/: files that few requests need, and that would weigh on each start of the
 * Worker if they were part of it. Each is read once per isolate.
 */

import type { Deps } from '../deps';
import { withDeadline } from '../retry';

const READ_MS = 1000;

/** File name -> text. */
const assetTexts = () => new Map<string, string>();

/** All that there is where settings are missing. */
export type AssetDeps = Pick<Deps, 'assets' | 'caches' | 'log'>;

/** Null where it cannot be had: not bound, away. The next request tries again. */
export async function readAsset(deps: AssetDeps, name: string): Promise<string | null> {
  const { assets, log } = deps;
  const cached = deps.caches.of(assetTexts);
  const text = cached.get(name);
  if (text !== undefined || !assets) return text ?? null;
  try {
    // Only the path counts.
    const reading = assets.fetch(`https://assets.invalid/${name}`).then(textOf);
    const read = await withDeadline(reading, READ_MS, 'asset');
    cached.set(name, read);
    return read;
  } catch (error) {
    log.error('assets.not_read', { name }, error);
    return null;
  }
}

async function textOf(reply: Response): Promise<string> {
  if (!reply.ok) throw new Error(`assets answered ${reply.status}`);
  return reply.text();
}
