import { MirrorError } from '../../contracts/errors.js'

/** Documented: names are stored in upper case and compared without case. Spec repository-mirror 6.3. */
const NAME = /^(?!GITHUB_)[A-Z_][A-Z0-9_]{0,254}$/i
/** Documented: 48 KB. */
export const VALUE_MAX_BYTES = 48 * 1024

/** NAME_INVALID before anything is sent. */
export function requireName(name: string): string {
  if (NAME.test(name)) return name.toUpperCase()
  throw new MirrorError('NAME_INVALID', `${JSON.stringify(name)} is no name for a secret or variable`, {
    remedy: 'Use letters, digits and _, not a digit first, and not GITHUB_.',
    field: name,
  })
}

/** VALUE_TOO_LARGE; the value itself is not shown. */
export function requireSize(name: string, value: string): void {
  const bytes = Buffer.byteLength(value)
  if (bytes <= VALUE_MAX_BYTES) return
  throw new MirrorError('VALUE_TOO_LARGE', `the value of ${name} has ${bytes} bytes, ${VALUE_MAX_BYTES} are allowed`, {
    remedy: 'Store it encrypted in the repository and keep only its key as a secret.',
    field: name,
  })
}
