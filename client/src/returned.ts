/** What a browser brought back to `returnTo`: the secret to complete with, or why there is none. */
export type ReturnedConnection =
  | { id: string; completion: string; error?: undefined }
  | { id: string; completion?: undefined; error: string };

/**
 * What the address of the page at `returnTo` says; null where nothing came back.
 *
 * @example
 * const back = returnedConnection(request.url);
 * if (back?.error === 'access_denied') return 'You cancelled.';
 */
export function returnedConnection(url: string | URL): ReturnedConnection | null {
  const { searchParams } = new URL(url);
  const id = searchParams.get('connection');
  const error = searchParams.get('error');
  if (!id) return null;
  // Without the secret Mooring refuses to complete it, and says why.
  return error ? { id, error } : { id, completion: searchParams.get('completion') ?? '' };
}
