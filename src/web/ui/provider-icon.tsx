/**
 * A provider's icon, or where there is none its first letter. Decoration: the name stands beside.
 */
import { useTheme } from './theme';

export function ProviderIcon({ id, name }: { id: string; name: string }) {
  const { icons } = useTheme();
  const family = id.replace(/-(app|user)$/, '');
  const icon = Object.hasOwn(icons, family) ? icons[family] : undefined;
  if (!icon) {
    return (
      <span class="mono" aria-hidden="true">
        {[...name][0]?.toUpperCase()}
      </span>
    );
  }
  const [colour, onColour, path] = icon;
  // Attributes, not styles: the page's policy takes no inline style.
  return (
    <svg class="icon" viewBox="0 0 40 40" aria-hidden="true">
      <rect width="40" height="40" rx="11" fill={`#${colour}`} />
      <path fill={`#${onColour}`} transform="translate(9.5 9.5) scale(.875)" d={path} />
    </svg>
  );
}
