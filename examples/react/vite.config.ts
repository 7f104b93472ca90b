import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The backend that knows who is signed in (../express). */
const backend = process.env.BACKEND_URL ?? 'http://localhost:3000';

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/mooring-token': backend } },
  preview: { proxy: { '/mooring-token': backend } },
});
