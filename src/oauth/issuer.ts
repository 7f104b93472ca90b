/**
 * Who a server says that it is. Where many tenants share one address (Microsoft's `common`), the
 * metadata names a template, and each answer one of the issuers that it stands for. Pure.
 */
import { fillTemplate } from '../providers/templates';
import { valueAt } from './document';

export interface Issuer {
  /** As the metadata names it; a template where there are `issuerClaims`. Null: it names none. */
  issuer: string | null;
  /**
   * For each placeholder, the claim of an ID token that fills it. Null: the issuer is no template.
   */
  issuerClaims: Readonly<Record<string, string>> | null;
}

/** Whether it is one of the issuers that a template stands for; a value is part of one segment. */
export function isOfTemplate(template: string, issuer: string): boolean {
  const literals = template
    .split(/\{\w+\}/)
    .map((text) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return new RegExp(`^${literals.join('[A-Za-z0-9._~-]+')}$`).test(issuer);
}

/** Of a callback (RFC 9207 2.4): identical, or one that the template stands for. */
export const isIssuer = ({ issuer, issuerClaims }: Issuer, iss: unknown): boolean =>
  issuer === null ||
  (issuerClaims === null ? iss === issuer : typeof iss === 'string' && isOfTemplate(issuer, iss));

/** Of an ID token (OpenID Connect Core 3.1.3.7, 2): besides, the template holds its own claims. */
export function isIssuerOf(known: Issuer, claims: unknown): boolean {
  const iss = valueAt(claims, 'iss');
  const { issuer, issuerClaims } = known;
  if (issuer === null || issuerClaims === null) return isIssuer(known, iss);
  const valueFor = (name: string) => String(valueAt(claims, issuerClaims[name] ?? ''));
  return isIssuer(known, iss) && iss === fillTemplate(issuer, valueFor);
}
