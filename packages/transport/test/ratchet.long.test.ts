import { expect, it } from 'vitest'
import { RatchetOpener, RatchetSealer } from '../src/index.js'
import { filled } from './harness.js'

it('traffic goes on unbroken over the boundary of 2²⁰ frames', () => {
  const init = { chainSecret: filled(32, 9), time: { monotonicMs: () => 0 } }
  let rekeys = 0
  const sealer = new RatchetSealer({ ...init, onRekey: () => rekeys++ })
  const opener = new RatchetOpener({ ...init, onRekey: () => rekeys++ })
  const plaintext = [filled(1, 5)]
  const frames = 2 ** 20 + 1000
  let opened = 0
  let markerAt = -1
  for (let index = 0; index < frames; index++) {
    const marker = sealer.takeControl()
    if (marker !== undefined) {
      markerAt = index
      expect(opener.open(marker.subarray(2)).length).toBe(0)
    }
    opened += opener.open(sealer.seal(plaintext, 1).subarray(2)).length
  }
  expect([opened, markerAt, rekeys]).toEqual([frames, 2 ** 20 - 1, 2])
}, 300_000)
