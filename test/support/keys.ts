/** Keys of the callers in tests. Apart from settings.ts, which needs Node. */
export const serviceKey = 'test-service-key-0123456789abcdef0123456789';
export const jwtSecret = 'test-jwt-secret-0123456789abcdef0123456789';
