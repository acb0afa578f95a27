import { circumstances, type SourcePatch } from '@montana/simulation'
import type { FormerBug } from './former-bug.js'

const { RESTARTS } = circumstances

const engine = (file: string, find: string, replace: string): SourcePatch => {
  return { file: `packages/consensus/dist/engine/${file}`, find, replace }
}

/** By the id of the register. Each text is what the code said before the commit that mended it, over today's names. */
export const FORMER_BUGS: readonly FormerBug[] = [
  { id: 'SIM-1', patches: [engine('restore.js', '...indexByNode(evidence)', '')], plan: RESTARTS },
]
