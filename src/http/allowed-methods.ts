/** Which methods a path knows, by the routes' declarations: for 405 and its Allow header. */
import { endpoints } from './endpoint';

/** Empty where no route has this path. Upper case; HEAD goes with GET. */
export function allowedMethods(path: string): string[] {
  const methods = endpoints
    .filter((spec) => fits(spec.path, path))
    .flatMap((spec) => (spec.method === 'get' ? ['GET', 'HEAD'] : [spec.method.toUpperCase()]));
  return [...new Set(methods)];
}

function fits(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((part, i) => (part.startsWith(':') ? given[i] !== '' : part === given[i]))
  );
}
