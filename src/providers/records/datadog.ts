/**
 * Datadog, by an API key and an application key. Sources: docs.datadoghq.com/api/latest:
 * key-management/validate-api-and-application-keys, authentication/validate-api-key; stored copies
 * without a date, read 2026-11-26.
 *
 * Requests that read need both keys, so both are asked for and both are tried: 401 or 403 where one
 * of them is not good. Nothing names the organisation.
 */
import type { ProviderInput } from '../types';

export const datadog = {
  id: 'datadog',
  name: 'Datadog',
  kind: 'credentials',

  fields: {
    site: {
      label: 'Site, such as us5.datadoghq.com',
      secret: false,
      // All of the list in "Validate API key".
      pattern:
        '(?:(?:us3|us5|ap1|ap2|uk1)\\.)?datadoghq\\.com|datadoghq\\.eu|(?:us2\\.)?ddog-gov\\.com',
      maxLength: 40,
    },
    apiKey: { label: 'API key', pattern: '[\\x21-\\x7e]+' },
    applicationKey: { label: 'Application key', pattern: '[\\x21-\\x7e]+' },
  },
  requestHeaders: { 'DD-API-KEY': '{apiKey}', 'DD-APPLICATION-KEY': '{applicationKey}' },
  check: {
    url: 'https://api.{site}/api/v2/validate_keys',
    refusedStatuses: [401, 403],
    metadata: { site: 'field:site' },
  },

  apiUrl: 'https://api.{site}/api',
  // Keys of the organisation and of people: "Key Management" of the same reference.
  apiDeny: [
    'v1/api_key',
    'v1/application_key',
    'v2/api_keys',
    'v2/application_keys',
    'v2/current_user/application_keys',
  ],
} as const satisfies ProviderInput;
