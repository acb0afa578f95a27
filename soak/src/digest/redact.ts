import { redactPhrases } from './phrases.js'
import { redactAddresses } from './redact-ip.js'

/** Takes out of a text what must not be published. Pure. */
export type Redact = (text: string) => string

const PEM = /-----BEGIN [^-\n]{1,64}-----[\s\S]*?(?:-----END [^-\n]{1,64}-----|$)/g
/** `password=…`, `"privateKey":"…"`: the name stays, the value goes. */
const NAMED_SECRET =
  /((?:secret|passwd|password|passphrase|token|mnemonic|seed|(?:api|access|private|secret|signing)[_-]?key)["']?\s{0,4}[=:]\s{0,4})(?:"[^"]*"|'[^']*'|[^\s"',;}\]]+)/gi
/** The name of a unit's instance has the same form and tells nobody's account. */
const ACCOUNT = /[\w.+-]{1,64}@(?![\w.-]*\.(?:service|socket|timer|slice|scope|target|mount)\b)[\w.-]*\w/g
const HOST_NAME = /(\/dns(?:4|6|addr)?\/|getaddrinfo\s+\w+\s+)[\w.-]+/gi
/** 32 bytes or more. */
const LONG_HEX = /(?<![\p{L}\p{N}])(?:0x)?[0-9a-f]{64,}(?![\p{L}\p{N}])/giu
/** 30 bytes or more in base58 or base64; a path is told apart by what it lacks. */
const LONG_TOKEN = /[A-Za-z0-9+/_-]{40,}={0,2}/g
const BASE58 = /^[1-9A-HJ-NP-Za-km-z]+$/

/** `words` is the list that recovery phrases are made of, in lower case. */
export function createRedact(words: ReadonlySet<string>): Redact {
  return (text) =>
    redactAddresses(
      redactPhrases(text, words)
        .replaceAll(PEM, '<key>')
        .replaceAll(NAMED_SECRET, '$1<key>')
        .replaceAll(ACCOUNT, '<account>')
        .replaceAll(HOST_NAME, '$1<host>')
        .replaceAll(LONG_HEX, '<hex>')
        .replaceAll(LONG_TOKEN, redactToken),
    )
}

function redactToken(token: string): string {
  if (BASE58.test(token)) return '<b58>'
  return /[a-z]/.test(token) && /[A-Z]/.test(token) && /\d/.test(token) ? '<key>' : token
}
