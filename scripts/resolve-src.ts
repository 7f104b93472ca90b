/**
 * For scripts that use the Worker's own modules: those import each other without an extension, as
 * bundlers read them, and Node wants one. `node --import ./scripts/resolve-src.ts <script>`.
 */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!specifier.startsWith('.')) throw error;
      try {
        return next(`${specifier}.ts`, context);
      } catch {
        return next(`${specifier}/index.ts`, context);
      }
    }
  },
});
