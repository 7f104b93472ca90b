/** @type {import('@hey-api/openapi-ts').UserConfig} */
export default {
  input: '../../assets/openapi.json',
  output: {
    path: 'dist/hey-api',
    // Without a file: the generator's own runtime, which comes along as it is, whatever the document
    // says. It is not written for exactOptionalPropertyTypes (0.99.0).
    header: ({ defaultValue, file }) => [...(file ? [] : ['// @ts-nocheck']), ...defaultValue],
  },
  plugins: ['@hey-api/typescript', '@hey-api/sdk', '@hey-api/client-fetch'],
};
