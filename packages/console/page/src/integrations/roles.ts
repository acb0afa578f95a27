import type { Role } from './types.js'

/** What a repository of this role does here, to who looks at its page. */
export const SELF_WORDS: Readonly<Record<Role, string>> = {
  MASTER: 'runs all pipelines and pushes to the others',
  SLAVE: 'is dormant until it is promoted: nothing is synced from here',
  TEMPORARY_MASTER: 'acts until the primary has returned',
}
