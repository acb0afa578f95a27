import type { FeaturesView } from '../../../src/api/views.js'

/** Whether this page may change something, and what stands in the way. */
export interface Access {
  readonly mayChange: boolean
  readonly why: string | null
}

export function accessOf({ mutations }: FeaturesView, isUnlocked: boolean): Access {
  if (!mutations.isEnabled) return { mayChange: false, why: `This console is read-only: ${mutations.howTo}.` }
  return { mayChange: isUnlocked, why: isUnlocked ? null : 'Unlock the page (top right) to change something.' }
}
