import { patternsOf } from './patterns.js'
import { MARK, redactShapes } from './shapes.js'

/** Gives a text without the secrets it held. */
export type Redactor = (text: string) => string

/** A secret, or a user and the secret that go together in Basic authentication. */
export type KnownSecret = string | readonly [user: string, secret: string]

/** What is shorter is NOT redacted: it would be found in every other word. */
export const SECRET_MIN_CHARS = 4
/** A replacement can bring the parts of another secret together; more rounds than this need a text made for it. */
const ROUNDS_MAX = 16

/**
 * Takes out each known secret — as it is, percent-encoded, in base64 also as part of more, and line by line — and what is
 * a credential by its shape: user and password of a URL, the value of an Authorization header, tokens of GitHub.
 * Secrets of less than {@link SECRET_MIN_CHARS} characters are ignored.
 */
export function createRedactor(secrets: Iterable<KnownSecret> = []): Redactor {
  const known = [...new Set([...secrets].flatMap(textsOf))].filter((text) => text.length >= SECRET_MIN_CHARS)
  const patterns = known.sort((a, b) => b.length - a.length).flatMap((text) => patternsOf(text, SECRET_MIN_CHARS))
  return (text) => untilStable(text, (before) => redactShapes(redactPatterns(before, patterns)))
}

function textsOf(secret: KnownSecret): string[] {
  return typeof secret === 'string' ? [secret] : [secret[1], secret.join(':')]
}

function redactPatterns(text: string, patterns: readonly RegExp[]): string {
  return patterns.reduce((rest, pattern) => rest.replaceAll(pattern, MARK), text)
}

function untilStable(text: string, redact: Redactor): string {
  let before = text
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const after = redact(before)
    if (after === before) return after
    before = after
  }
  return MARK
}
