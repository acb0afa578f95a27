import { expect, it } from 'vitest'
import { killAtSteps } from './support/kill-steps.js'

it('killed before, within and after every git step: the next cycle recovers', async () => {
  const steps = await killAtSteps(() => ['before', 'within', 'within', 'within', 'after'])
  expect(steps).toBeGreaterThan(15)
}, 600_000)
