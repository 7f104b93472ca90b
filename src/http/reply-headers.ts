/** Headers that every reply has unless its route chose otherwise. */
const overHttp = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  // What CORS adds depends on it.
  Vary: 'Origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;

const overHttps = { ...overHttp, 'Strict-Transport-Security': 'max-age=31536000' } as const;

export const standardHeaders = (url: string): Readonly<Record<string, string>> =>
  url.startsWith('https:') ? overHttps : overHttp;
