/** What stands in the place of a credential; shorter than any secret that is looked for. */
export const MARK = '***'

/**
 * User and password of a URL; what is left is the URL without them. The bound on the scheme keeps a long line of a remote
 * from costing the square of its length.
 */
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/]*@/gi
/** To the end of the line: a value may be of several words. */
const AUTHORIZATION = /(authorization["']?\s*[:=]\s*)[^\r\n]+/gi
/** Tokens of GitHub: personal, OAuth, of an app for a user or a server, refresh, and fine-grained. */
const TOKEN = /(?:gh[pousr]_|github_pat_)[A-Za-z0-9_][A-Za-z0-9_.-]*/g

/** Takes out what is a credential by its shape, whoever it belongs to. */
export function redactShapes(text: string): string {
  return text.replaceAll(AUTHORIZATION, `$1${MARK}`).replaceAll(TOKEN, MARK).replaceAll(URL_CREDENTIALS, '$1')
}
