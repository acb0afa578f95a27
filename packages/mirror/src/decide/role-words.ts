import type { Role } from '../contracts/config.js'

const WORDS: Readonly<Record<Role, string>> = {
  MASTER: 'the primary',
  SLAVE: 'a replica',
  TEMPORARY_MASTER: 'the temporary primary',
}

/** For a sentence that a person reads: "it is a replica". Spec repository-mirror 2. */
export function roleWords(role: Role | null): string {
  return role === null ? 'without a role' : WORDS[role]
}
