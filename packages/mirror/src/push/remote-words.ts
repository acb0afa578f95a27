import type { MirrorErrorCode } from '../contracts/errors.js'

export interface Failure {
  readonly code: MirrorErrorCode
  readonly remedy: string
}

interface Rule extends Failure {
  readonly words: RegExp
}

/** First match wins: what says more stands above what follows from it. */
const RULES: readonly Rule[] = [
  {
    code: 'HOST_KEY_CHANGED',
    words: /REMOTE HOST IDENTIFICATION HAS CHANGED|host key .*has changed/i,
    remedy: 'Find out why the host has another key; only then replace it in SSH_KNOWN_HOSTS.',
  },
  {
    code: 'HOST_KEY_UNKNOWN',
    words: /host key is known for|Host key verification failed/i,
    remedy: 'Compare the fingerprint with the provider and put the key into SSH_KNOWN_HOSTS.',
  },
  {
    code: 'TARGET_AUTH',
    words: /could not read (?:Username|Password)|Authentication failed|error: 401|Permission denied \(/i,
    remedy: 'Give a credential that is valid and has not expired.',
  },
  { code: 'RATE_LIMITED', words: /error: 429|rate limit/i, remedy: 'Wait; the next try comes by itself.' },
  {
    code: 'WORKFLOW_SCOPE',
    words: /without.*`?workflows?`? (?:scope|permission)/i,
    remedy: 'Give the credential the right to write workflows.',
  },
  {
    code: 'TARGET_FORBIDDEN',
    words:
      /error: 403|Permission to .* denied|access denied|dubious ownership|insufficient permission|Permission denied/i,
    remedy: 'Give the credential write access to the contents of this repository.',
  },
  {
    code: 'TARGET_MOVED',
    words: /error: 30[1278]|unable to update url base from redirection/i,
    remedy: 'Find out where the repository went, confirm that it is yours, and set its new address.',
  },
  {
    code: 'TARGET_NOT_FOUND',
    words:
      /repository '.*' (?:not found|does not exist)|Repository not found|does not appear to be a git repository|error: (?:404|410|451)/i,
    remedy: 'Create the repository, correct its address, or let the credential see it.',
  },
  {
    code: 'REF_REJECTED',
    words: /error: 413|HTTP 413|exceeds maximum allowed size|does not support --atomic/i,
    remedy: 'Raise the limit of the target, or leave the ref out by REFS.',
  },
  {
    code: 'TARGET_UNREACHABLE',
    words:
      /Could not resolve|Failed to connect|Connection (?:refused|reset|timed out|closed)|Operation timed out|No route to host|Network is unreachable|unable to access|error: 5\d\d|HTTP 5\d\d|hung up|early EOF|unexpected disconnect|RPC failed|SSL|Could not read from remote repository/i,
    remedy: 'See that the target runs and that this host can reach it; the next try comes by itself.',
  },
]

const UNKNOWN: Failure = { code: 'GIT_FAILED', remedy: 'Read the words of git.' }

/** What the words of a failed git mean, once they are free of secrets. Spec repository-mirror 5 and 6.1. */
export function failureOf(words: string): Failure {
  const { code, remedy } = RULES.find((rule) => rule.words.test(words)) ?? UNKNOWN
  return { code, remedy }
}
