/** Keys whose values may hold a credential, or that people fill with one by mistake. */
const SECRET_KEY = /TOKEN|SECRET_|WEBHOOK|URL|KEY|FILE|PATH|HOSTS|USERNAME/
/** Shapes of tokens, and user and password in a URL. */
const SECRET_SHAPE = /gh[a-z]_|github_pat_|BEGIN |@|[A-Za-z0-9+/_-]{32}/
/** Letters, digits and marks of names, numbers, patterns and addresses; a password mostly has others. */
const PLAIN = /^[\w .,:/*^+=-]*$/
/** A word of letters and digits in turn, as people make passwords. */
const MIXED = /(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{10,}/
const SHOWN_LENGTH_MAX = 60

/** The value of a key for an error text, with a blank behind it; nothing where it could be a secret. */
export function shown(key: string, value: string): string {
  if (SECRET_KEY.test(key) || SECRET_SHAPE.test(value) || !PLAIN.test(value) || MIXED.test(value)) return ''
  return `'${value.length > SHOWN_LENGTH_MAX ? `${value.slice(0, SHOWN_LENGTH_MAX)}…` : value}' `
}
