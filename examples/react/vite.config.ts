import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The backend that knows who is signed in (../express). */
const backend = process.env.BACKEND_URL ?? 'http://localhost:3000';

export default defineConfig({
  plugins: [react()],
  // The origin that stands in Mooring's APP_ORIGINS, or none.
  server: { port: 5173, strictPort: true, proxy: { '/mooring-token': backend } },
  preview: { proxy: { '/mooring-token': backend } },
});
