import { DECODER_BUGS } from './former/decoders.js'
import { ENGINE_BUGS } from './former/engine.js'
import { FAILOVER_BUGS } from './former/failover.js'
import { PART_BUGS } from './former/parts.js'
import type { FormerBug } from './former-bug.js'

/** By the id of the register. Each text is what the code said before the commit that mended it, over today's names. */
export const FORMER_BUGS: readonly FormerBug[] = [...ENGINE_BUGS, ...FAILOVER_BUGS, ...PART_BUGS, ...DECODER_BUGS]
