import { circumstances, type PlanOptions, ROTATION_AND_VOTE, type SourcePatch } from '@montana/simulation'
import type { FormerBug } from '../former-bug.js'

const engine = (file: string, find: string, replace: string): SourcePatch => {
  return { file: `packages/consensus/dist/engine/${file}`, find, replace }
}
const source = (file: string, find: string, replace: string): SourcePatch => {
  return { file: `packages/consensus/src/engine/${file}`, find, replace }
}

/** Somebody votes for one thing here and another there, while members come and go and one is slow. */
const TWO_VOTES: PlanOptions = {
  windows: 12,
  hint: {
    faults: ['byzantine', 'straggle', 'crash', 'freeze', 'slow-clock'],
    behaviours: ['double-vote'],
    rules: ROTATION_AND_VOTE,
  },
}

export const ENGINE_BUGS: readonly FormerBug[] = [
  {
    id: 'SIM-1',
    plan: { ...circumstances.RESTARTS, windows: 8 },
    patches: [engine('restore.js', '...indexByNode(evidence)', '')],
  },
  {
    id: 'SIM-2',
    plan: TWO_VOTES,
    patches: [engine('tally.js', 'return keepSecond(run, ofWindow, vote)', 'return false')],
  },
  {
    id: 'CON-1',
    expects: 'to be 81',
    patches: [source('tally.ts', 'if (lowest === undefined ||', 'if (lowest !== null ||')],
  },
  { id: 'CON-2', expects: '{ prevote: undefined', patches: [source('vote/resend.ts', '  castSkipped(run)\n', '')] },
  {
    id: 'CON-3',
    expects: 'to have a length of 2',
    patches: [source('restore.ts', 'if (!lock || lock.prevotes.length === 0)', 'if (window > 0 || !lock)')],
  },
  {
    id: 'CON-4',
    expects: '[ { window: 4',
    patches: [source('publish.ts', 'if (published && !bytesEqual(published.endpoint, clockValue)) return\n', '')],
  },
]
