/** A provider's mark, or where there is none its first letter. Decoration: the name stands beside. */
import { marks } from './marks';

const drawn = (id: string) => {
  const known = id.replace(/-(app|user)$/, '');
  return Object.hasOwn(marks, known) ? marks[known] : undefined;
};

export function Mark({ id, name }: { id: string; name: string }) {
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
