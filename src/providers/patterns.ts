/** Whether a value is as a record wants it. Pure. */

/** Whether a whole value matches a record's pattern. */
export const wholeMatch = (pattern: string, value: string): boolean =>
  new RegExp(`^(?:${pattern})$`, 'u').test(value);

/** Whether a parameter's value may stand in any place: a header takes printable ASCII only. */
export const isPlain = (value: string): boolean => /^[\x20-\x7e]*$/.test(value);
