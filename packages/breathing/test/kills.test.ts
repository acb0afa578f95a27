import { expect, it } from 'vitest'
import type { Moment } from './support/git-steps.js'
import { killAtSteps } from './support/kill-steps.js'

const MOMENTS: readonly Moment[] = ['before', 'within', 'after']

/** Every second one here, every one and more moments in the long form. */
it('killed at git steps of a cycle, in turn before, within and after them: the next cycle recovers', async () => {
  const steps = await killAtSteps((step) => (step % 2 === 0 ? [] : MOMENTS.slice(step % 3, (step % 3) + 1)))
  expect(steps).toBeGreaterThan(15)
}, 120_000)
