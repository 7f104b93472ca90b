/**
 * Looks for secrets in what came out: as they are, and as they look after the encodings that texts
 * go through on their way (percent, form, base64, JSON).
 */
export function findSecrets(
  secrets: Readonly<Record<string, string>>,
  outputs: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(outputs).flatMap(([place, output]) =>
    Object.entries(secrets)
      .filter(([, secret]) => spellings(secret).some((spelling) => output.includes(spelling)))
      .map(([name]) => `${name} in ${place}`),
  );
}

function spellings(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ '': secret }).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    ...base64Cores(bytes),
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
  ];
}

/** Base64 depends on where in a text the secret begins; these parts are the same in any text. */
function base64Cores(bytes: Uint8Array): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const padded = new Uint8Array([...new Uint8Array(offset), ...bytes]);
    const whole = btoa(String.fromCharCode(...padded));
    const core = whole.slice(offset === 0 ? 0 : 4, Math.floor((padded.length * 4) / 3 / 4) * 4 - 4);
    return core.length < 12 ? [] : [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
