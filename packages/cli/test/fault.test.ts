import { UsageError } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { parseFault } from '../src/commands/devnet/fault.js'

describe('--fault', () => {
  it('names kind, node, window and duration', () => {
    expect(parseFault('kill:frankfurt@5')).toMatchObject({
      kind: 'kill',
      target: 'frankfurt',
      afterWindows: 5,
      durationMs: 3000,
    })
    expect(parseFault('pause:armenia@12:0.5').durationMs).toBe(500)
    expect(parseFault('kill:moscow@1:forever').durationMs).toBe(Number.POSITIVE_INFINITY)
  })

  it.each([
    ['partition:moscow-helsinki@5', 'do not exist yet'],
    ['clock:moscow+30s@5', 'do not exist yet'],
    ['diskfull:moscow@5', 'do not exist yet'],
    ['melt:moscow@5', "unknown kind 'melt'"],
    ['kill:paris@5', "unknown node 'paris'"],
    ['kill:moscow', 'is not a fault'],
    ['kill:moscow@x', 'is not a fault'],
    ['kill:moscow@5:0', 'neither seconds'],
    ['kill:moscow@5:never', 'neither seconds'],
  ])('%s is refused: %s', (text, words) => {
    expect(() => parseFault(text)).toThrow(UsageError)
    expect(() => parseFault(text)).toThrow(words)
  })
})
