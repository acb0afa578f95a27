import { BreathError } from '../errors.js'
import { isJsonObject, type Json } from '../merge/json.js'
import { keysOf } from '../merge/registers.js'
import type { Changes } from '../merge/write.js'

interface Rule {
  readonly name: string
  readonly form: RegExp
}

/** A private key is one wherever it stands. */
const ALWAYS: readonly Rule[] = [{ name: 'private-key', form: /-----BEGIN [A-Z ]*PRIVATE KEY/ }]

const TOKENS: readonly Rule[] = [
  { name: 'telegram-token', form: /\b\d{8,10}:[A-Za-z0-9_-]{35}\b/ },
  { name: 'openai-key', form: /\bsk-[A-Za-z0-9_-]{20,}/ },
  { name: 'github-token', form: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})/ },
  { name: 'aws-key', form: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { name: 'google-key', form: /\bAIza[0-9A-Za-z_-]{35}/ },
  { name: 'slack-token', form: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  { name: 'gitlab-token', form: /\bglpat-[A-Za-z0-9_-]{20}/ },
  { name: 'json-web-token', form: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./ },
  { name: 'url-password', form: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@]+@/i },
]

const SECRET_NAME =
  /^(?:.*[_-])?(?:password|passwd|passphrase|secret|token|api[_-]?key|private[_-]?key|secret[_-]?key|mnemonic|seed[_-]?phrase)$/i
const RANDOM_FORM = /[A-Za-z0-9+/_=-]{32,}/g
const HEX_FORM = /^[0-9a-f]+$/i
/** Bits per character. Random base64 of 32 characters has about 4.7, random hex 3.7; words and names stay below. */
const ENTROPY_MIN = 4.2
const HEX_ENTROPY_MIN = 3
/** Addresses are public and look random: 40 hex digits (spec three-mirror 11.1) or base58. */
const ADDRESS = /^mt(?:[a-f0-9]{40}|[1-9A-HJ-NP-Za-km-z]{40,60})$/

/** Throws BreathError `SECRET_FOUND` with path and rule; never with the value. Spec three-mirror 12.3. */
export function checkSecrets(path: string, changes: Changes, publicFields: ReadonlySet<string>): void {
  for (const [pointer, value] of changes) {
    if (value === undefined) continue
    const names = keysOf(pointer)
    for (const name of names) report(path, '', findRule(name, false))
    scan(path, pointer, value, names.at(-1) ?? '', publicFields)
  }
}

/** The same for a whole file. */
export function checkFileSecrets(path: string, value: Json, publicFields: ReadonlySet<string>): void {
  scan(path, '', value, '', publicFields)
}

function scan(path: string, pointer: string, value: Json, name: string, publicFields: ReadonlySet<string>): void {
  if (typeof value === 'string') report(path, pointer, findIn(name, value, publicFields.has(name)))
  else if (isJsonObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      report(path, pointer, findRule(key, false))
      scan(path, `${pointer}/${key}`, child, key, publicFields)
    }
  } else if (Array.isArray(value)) for (const child of value) scan(path, pointer, child, name, publicFields)
}

function findIn(name: string, text: string, isPublic: boolean): string | undefined {
  if (!isPublic && text !== '' && SECRET_NAME.test(name)) return 'secret-field'
  return findRule(text, isPublic)
}

function findRule(text: string, isPublic: boolean): string | undefined {
  const known = [...ALWAYS, ...(isPublic ? [] : TOKENS)].find(({ form }) => form.test(text))
  if (known) return known.name
  if (isPublic || ADDRESS.test(text)) return undefined
  return text.match(RANDOM_FORM)?.some(isRandom) ? 'high-entropy' : undefined
}

function isRandom(text: string): boolean {
  return entropyOf(text) >= (HEX_FORM.test(text) ? HEX_ENTROPY_MIN : ENTROPY_MIN)
}

/** Shannon, bits per character. */
function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

function report(path: string, pointer: string, rule: string | undefined): void {
  if (rule === undefined) return
  throw new BreathError('SECRET_FOUND', `${path}${pointer} looks like a secret (rule ${rule}); it is not published`, {
    field: path,
    remedy: 'take it out of the file, or name the field in publicFields if it is public',
    metadata: { path, pointer, rule },
  })
}
