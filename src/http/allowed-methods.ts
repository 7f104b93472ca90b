/** Which methods a path knows, by the routes' declarations: for 405 and its Allow header. */
import { AppError } from '../errors';
import { endpoints } from './endpoint';

/** 405 with Allow where the path is known, else 404. */
export function noSuchRoute(path: string): AppError {
  const allowed = allowedMethods(path);
  return allowed.length === 0
    ? new AppError('not_found', 'there is no such route')
    : new AppError('method_not_allowed', `this route takes ${allowed.join(', ')}`, {
        headers: { Allow: allowed.join(', ') },
      });
}

/** Empty where no route has this path. Upper case; HEAD goes with GET. */
function allowedMethods(path: string): string[] {
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
