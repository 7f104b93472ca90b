/**
 * The one entry to zod: its small form (schemas are functions, so what is not used is not shipped;
 * half the size on the Worker), with the English messages that the small form leaves out.
 */
import { config } from 'zod/mini';
import en from 'zod/v4/locales/en.js';

config(en());

export * from 'zod/mini';
