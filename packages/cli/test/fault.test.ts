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

  it('names both ends of a partition, and the offset of a clock', () => {
    expect(parseFault('partition:moscow-helsinki@5')).toMatchObject({ target: 'moscow', peer: 'helsinki', offsetMs: 0 })
    expect(parseFault('clock:armenia+30s@14:20')).toMatchObject({
      target: 'armenia',
      peer: undefined,
      offsetMs: 30_000,
    })
    expect(parseFault('clock:armenia-2m@14').offsetMs).toBe(-120_000)
    expect(parseFault('clock:armenia+250ms@14').offsetMs).toBe(250)
    expect(parseFault('diskfull:moscow@5:forever')).toMatchObject({ kind: 'diskfull', target: 'moscow' })
    expect(parseFault('oldbuild:helsinki@5')).toMatchObject({ kind: 'oldbuild', target: 'helsinki' })
  })

  it.each([
    ['partition:moscow@5', 'does not name two nodes'],
    ['partition:moscow-moscow@5', 'cuts a node off from itself'],
    ['partition:moscow-paris@5', "unknown node 'paris'"],
    ['clock:moscow@5', 'names no offset'],
    ['clock:moscow+0s@5', 'has no usable offset'],
    ['clock:moscow+25h@5', 'names no offset'],
    ['clock:moscow+1441m@5', 'has no usable offset'],
    ['diskfull:moscow+1s@5', "unknown node 'moscow+1s'"],
    ['melt:moscow@5', "unknown kind 'melt'"],
    ['kill:paris@5', "unknown node 'paris'"],
    ['kill:moscow', 'is not a fault'],
    ['kill:moscow@x', 'is not a fault'],
    ['kill:moscow@5:0', 'neither seconds'],
    ['kill:moscow@5:never', 'neither seconds'],
    ['kill:moscow@5:0x10', 'neither seconds'],
    ['kill:moscow@5:1e3', 'neither seconds'],
  ])('%s is refused: %s', (text, words) => {
    expect(() => parseFault(text)).toThrow(UsageError)
    expect(() => parseFault(text)).toThrow(words)
  })

  it.each([
    ['partition:moscow@5', 'name both ends, for example partition:moscow-helsinki@5'],
    ['clock:moscow@5', 'clock:helsinki+30s@5'],
    ['diskfull:paris@5', 'KIND:TARGET@W[:SECONDS|:forever]'],
  ])('%s says what would be right, and ends with 2', (text, remedy) => {
    const words = expect.stringContaining(remedy)
    expect(() => parseFault(text)).toThrow(expect.objectContaining({ exitCode: 2, field: 'fault', remedy: words }))
  })
})
