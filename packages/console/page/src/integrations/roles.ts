import type { Tone } from '../data/state.js'
import type { MirrorView, Role } from './types.js'

/** A replica is as it should be; one that acts is worth a look; one without a role is inert. */

/** What a repository of this role does here, to who looks at its page. */
export const SELF_WORDS: Readonly<Record<Role, string>> = {
  MASTER: 'runs all pipelines and pushes to the others',
  SLAVE: 'is dormant until it is promoted: nothing is synced from here',
  TEMPORARY_MASTER: 'acts until the primary has returned',
}
