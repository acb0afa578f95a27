import { ANONYMOUS } from '../state/limits.js'
import type { Credential } from '../state/tokens.js'

/** Whose requests are counted together: all tokens of a person, or those of one installation. */
export function subjectOf(credential: Credential | undefined): string {
  if (credential === undefined) return ANONYMOUS
  const isPerson = credential.kind === 'classic' || credential.kind === 'fine-grained'
  return isPerson ? credential.account : `${credential.kind} of ${credential.account}`
}
