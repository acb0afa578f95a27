import { createHash } from 'node:crypto'
import { concatBytes, errorCode } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { FrameDecoder, FrameOpener, FrameSealer, frameNonce } from '../src/index.js'
import { FRAME_PROFILES, frameMutants } from './frame-mutants.js'
import { filled, hex, unhex, vector } from './harness.js'

const key = filled(32, 7)
const seal = (sealer: FrameSealer, plaintext: Uint8Array) => sealer.seal([plaintext], plaintext.length)
const codeOf = (work: () => unknown) => {
  try {
    work()
    return 'ok'
  } catch (error) {
    return errorCode(error)
  }
}

describe('frames', () => {
  it('seals the published frames', () => {
    const { expected } = vector('aead_frames')
    const sealer = new FrameSealer(key)
    const frames = [Buffer.from('alpha'), filled(4000, 0xab), Buffer.from('omega-final')].map((text) =>
      seal(sealer, text),
    )
    expect([0, 1, 2].map((counter) => hex(frameNonce(counter)))).toEqual(expected.nonces_hex)
    expect(hex(frames[0] as Uint8Array)).toBe(expected.frame0_hex)
    expect(frames[1]?.length).toBe(expected.frame1_len)
    expect(hex(frames[2] as Uint8Array)).toBe(expected.frame2_hex)
    expect(
      createHash('sha256')
        .update(concatBytes(...frames))
        .digest('hex'),
    ).toBe(expected.all_sha256)
  })

  it('seals a frame of the hybrid known answers with another key', () => {
    const k0 = unhex('11d6f1192fad24f704b35f87fe45c8d4bdc67683ecbf8baaaa7c4feeab119858')
    const sealer = new FrameSealer(k0)
    expect(hex(seal(sealer, Buffer.from('alpha')))).toBe('0015aa57f33c00de9da9b15cc31cbed5936500209e95d2')
    expect(hex(seal(sealer, new Uint8Array(0)))).toBe('0010f3990dc53181ec0c9126d17649af3e74')
  })

  it('counts big-endian', () => {
    expect(hex(frameNonce(0x0102030405))).toBe('000000000000000102030405'.padStart(24, '0'))
  })

  it('opens what was sealed, split at any byte and in any grouping', () => {
    const sealer = new FrameSealer(key)
    const plaintexts = [filled(1, 1), filled(0, 0), filled(300, 2), filled(65_519, 3)]
    const wire = concatBytes(...plaintexts.map((plaintext) => seal(sealer, plaintext)))
    for (const size of [1, 2, 3, 17, 1000, wire.length]) {
      const [decoder, opener] = [new FrameDecoder(), new FrameOpener(key)]
      const opened: Uint8Array[] = []
      for (let at = 0; at < wire.length; at += size) {
        for (const body of decoder.push(wire.subarray(at, at + size))) opened.push(opener.open(body))
      }
      decoder.end()
      expect(opened.map((part) => part.length)).toEqual([1, 0, 300, 65_519])
      expect(hex(opened[2] as Uint8Array)).toBe(hex(filled(300, 2)))
      if (size === 1) break
    }
  })

  it('refuses every single changed byte of a frame', () => {
    const frame = seal(new FrameSealer(key), Buffer.from('omega-final'))
    for (let index = 2; index < frame.length; index++) {
      const changed = frame.slice()
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(codeOf(() => new FrameOpener(key).open(changed.subarray(2)))).toBe('FRAME_AUTH')
    }
  })

  it('refuses a replayed, a skipped and a reflected frame', () => {
    const sealer = new FrameSealer(key)
    const [first, second] = [seal(sealer, filled(9, 1)), seal(sealer, filled(9, 2))].map((frame) => frame.subarray(2))
    const replayed = new FrameOpener(key)
    replayed.open(first as Uint8Array)
    expect(codeOf(() => replayed.open(first as Uint8Array))).toBe('FRAME_AUTH')
    expect(codeOf(() => new FrameOpener(key).open(second as Uint8Array))).toBe('FRAME_AUTH')
    expect(codeOf(() => new FrameOpener(filled(32, 8)).open(first as Uint8Array))).toBe('FRAME_AUTH')
  })

  it('refuses a length that cannot hold a tag, before anything else arrives', () => {
    for (const length of [0, 1, 15]) {
      expect(codeOf(() => [...new FrameDecoder().push(Uint8Array.of(0, length))])).toBe('FRAME_SIZE')
    }
    expect([...new FrameDecoder().push(Uint8Array.of(0, 16))]).toEqual([])
  })

  it('takes an end at a boundary or after one prefix byte, and no other', () => {
    const frame = seal(new FrameSealer(key), filled(40, 1))
    for (let length = 0; length <= frame.length; length++) {
      const decoder = new FrameDecoder()
      const bodies = [...decoder.push(frame.subarray(0, length))]
      const isClean = length < 2 || length === frame.length
      expect([length, bodies.length, codeOf(() => decoder.end())]).toEqual([
        length,
        length === frame.length ? 1 : 0,
        isClean ? 'ok' : 'FRAME_TRUNCATED',
      ])
    }
  })

  it.each(Object.entries(FRAME_PROFILES))(
    'of %s deliver nothing but what was sealed when they are changed on the way, ten thousand times',
    (_, profile) => {
      const { stillValid, ends } = frameMutants(10_000, 20, profile)
      expect(stillValid).toBeGreaterThan(0)
      expect([...ends.keys()].sort()).toEqual(['FRAME_AUTH', 'FRAME_SIZE', 'FRAME_TRUNCATED', 'clean'])
      expect(ends).toEqual(frameMutants(10_000, 20, profile).ends)
    },
  )

  it('stops before a counter value could repeat', () => {
    const last = Number.MAX_SAFE_INTEGER - 1
    const sealer = new FrameSealer(key, last)
    seal(sealer, filled(1, 1))
    expect(codeOf(() => seal(sealer, filled(1, 1)))).toBe('NONCE_EXHAUSTED')
  })
})
