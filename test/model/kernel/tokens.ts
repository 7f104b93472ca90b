/** A token names its family: `rt_<family>_<serial>_`, so that a text can be searched for it. */
export const refreshToken = (family: number, serial: number): string => `rt_${family}_${serial}_`;
export const accessToken = (family: number, serial: number): string => `at_${family}_${serial}_`;

export function parseToken(text: string | null): { family: number; serial: number } | null {
  const found = /\b[ra]t_(\d+)_(\d+)_/.exec(text ?? '');
  return found ? { family: Number(found[1]), serial: Number(found[2]) } : null;
}
