import { expect, it } from 'vitest'
import { CpuMeter } from '../src/mesh/cpu-meter.js'

it('measures between the moments at which the counter of a node moved', () => {
  const meter = new CpuMeter()
  expect([meter.add('a', 10, 0), meter.add('a', 10, 1_000), meter.add('a', null, 2_000)]).toEqual([null, null, null])
  expect(meter.add('a', 12, 4_000)).toBe(0.5)
  expect(meter.add('a', 12, 5_000)).toBe(0.5)
  for (const at of [8_000, 12_000, 16_000, 20_000, 24_000, 28_000]) meter.add('a', 12 + (at - 4_000) / 1_000, at)
  expect(meter.add('a', 36, 28_000)).toBe(1)
})

it('says nothing of another instance until it has moved', () => {
  const meter = new CpuMeter()
  meter.add('a', 10, 0)
  meter.add('a', 12, 1_000)
  expect([meter.add('b', 1, 2_000), meter.add('b', 2, 3_000)]).toEqual([null, 1])
})
