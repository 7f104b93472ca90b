/** A provider's mark, or where there is none its first letter. Decoration: the name stands beside. */
import type { Deps } from '../../deps';
import { readAsset } from '../../http/assets';

/** Provider -> colour, colour of the mark on it, path in a box of 24 by 24. */
export type ProviderIcons = Readonly<Record<string, readonly [string, string, string]>>;

/** Of this isolate, once it has them. A page can do without. */
let marks: ProviderIcons | null = null;

/** Before a page is rendered. */
export async function loadProviderIcons(deps: Pick<Deps, 'assets' | 'log'>): Promise<void> {
  if (marks) return;
  const text = await readAsset(deps, 'marks.json');
  if (text !== null) marks = JSON.parse(text);
}

const drawn = (id: string) => {
  const known = id.replace(/-(app|user)$/, '');
  return marks && Object.hasOwn(marks, known) ? marks[known] : undefined;
};

export function ProviderIcon({ id, name }: { id: string; name: string }) {
  const mark = drawn(id);
  if (!mark) {
    return (
      <span class="mono" aria-hidden="true">
        {name.slice(0, 1).toUpperCase()}
      </span>
    );
  }
  const [colour, onColour, path] = mark;
  // Attributes, not styles: the page's policy takes no inline style.
  return (
    <svg class="mark" viewBox="0 0 40 40" aria-hidden="true">
      <rect width="40" height="40" rx="11" fill={`#${colour}`} />
      <path fill={`#${onColour}`} transform="translate(9.5 9.5) scale(.875)" d={path} />
    </svg>
  );
}
