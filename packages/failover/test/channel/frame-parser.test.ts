import { seededRandom } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { decodeEnvelope } from '../../src/channel/wire/envelope.js'
import { encodeFrame, FrameParser } from '../../src/channel/wire/frame-parser.js'
import { code, frameOf } from './support.js'

const CAP = 1024 * 1024
const texts = (parser: FrameParser, chunk: Uint8Array) =>
  [...parser.push(chunk)].map((body) => Buffer.from(body).toString())

function header(length: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}

describe('frames', () => {
  it('are the same for every split of the stream in two, and byte by byte', () => {
    const bodies = ['a', 'bcd', '{"x":"é"}', 'z'.repeat(300)]
    const stream = Buffer.concat(bodies.map(frameOf))
    for (let at = 0; at <= stream.length; at++) {
      const parser = new FrameParser()
      expect([...texts(parser, stream.subarray(0, at)), ...texts(parser, stream.subarray(at))]).toEqual(bodies)
      expect(parser.buffered).toBe(0)
    }
    const parser = new FrameParser()
    expect([...stream].flatMap((byte) => texts(parser, Uint8Array.of(byte)))).toEqual(bodies)
  })

  it('are the same for a thousand random splits', () => {
    const random = seededRandom(7)
    for (let round = 0; round < 1000; round++) {
      const bodies = Array.from({ length: 4 }, () => 'x'.repeat(1 + Math.floor(random.next() * 50)))
      let rest: Buffer = Buffer.concat(bodies.map(frameOf))
      const parser = new FrameParser()
      const found: string[] = []
      while (rest.length > 0) {
        const size = Math.floor(random.next() * 40)
        found.push(...texts(parser, rest.subarray(0, size)))
        rest = rest.subarray(size)
      }
      expect(found).toEqual(bodies)
    }
  })

  it('have 1 byte to 1 MiB; the length alone decides, before any of the body', () => {
    expect(() => [...new FrameParser().push(header(0))]).toThrow(code('FRAME_INVALID'))
    expect(() => [...new FrameParser().push(header(CAP + 1))]).toThrow(code('FRAME_TOO_LARGE'))
    expect(() => [...new FrameParser().push(header(0xffffffff))]).toThrow(code('FRAME_TOO_LARGE'))
    const parser = new FrameParser()
    expect([...parser.push(header(CAP))]).toEqual([])
    const [body] = [...parser.push(Buffer.alloc(CAP, 0x20))]
    expect(body).toHaveLength(CAP)
    expect(() => encodeFrame(new Uint8Array(CAP + 1))).toThrow(code('FRAME_TOO_LARGE'))
    expect(encodeFrame(new Uint8Array(CAP))).toHaveLength(CAP + 4)
  })

  it('never keep more than the cap, whatever the pieces', () => {
    const parser = new FrameParser(1000)
    const stream = Buffer.concat([header(1000), Buffer.alloc(999)])
    let most = 0
    for (let at = 0; at < stream.length; at += 7) {
      expect([...parser.push(stream.subarray(at, at + 7))]).toEqual([])
      most = Math.max(most, parser.buffered)
    }
    expect(most).toBe(1000)
    expect([...parser.push(Buffer.alloc(1))]).toHaveLength(1)
    expect(parser.buffered).toBe(0)
  })

  it('do not grow the heap while a hundred thousand wrong ones come', () => {
    const random = seededRandom(14)
    let refused = 0
    for (let round = 0; round < 100_000; round++) {
      const size = 4 + Math.floor(random.next() * 28)
      const bytes = Uint8Array.from({ length: size }, () => Math.floor(random.next() * 256))
      // Half of them have a right length, so that what is in them is wrong.
      if (round % 2 === 0) new DataView(bytes.buffer).setUint32(0, Math.max(1, size - 4))
      refused += isRefused(bytes) ? 1 : 0
    }
    expect(refused).toBe(100_000)
  })
})

/** True: an error, or still waiting for a body that would be too long for these bytes. */
function isRefused(bytes: Uint8Array): boolean {
  const parser = new FrameParser()
  try {
    for (const body of parser.push(bytes)) decodeEnvelope(body)
    return parser.buffered > 0 || bytes.length === 4
  } catch (error) {
    return /^FRAME_(INVALID|TOO_LARGE)$/.test((error as { code: string }).code)
  }
}

describe('an envelope', () => {
  const decode = (text: string) => decodeEnvelope(Buffer.from(text))

  it('is {type, id, body} and nothing else', () => {
    expect(decode('{"type":"poke","id":3,"body":{"x":1}}')).toEqual({ type: 'poke', id: 3, body: { x: 1 } })
    expect(decode('{"type":"poke","id":3,"body":null}').body).toBeNull()
  })

  it.each([
    ['not JSON', '{"type":'],
    ['no object', '[]'],
    ['no body', '{"type":"poke","id":3}'],
    ['a field too many', '{"type":"poke","id":3,"body":1,"x":1}'],
    ['a negative id', '{"type":"poke","id":-1,"body":1}'],
    ['a broken id', '{"type":"poke","id":1.5,"body":1}'],
    ['an empty type', '{"type":"","id":1,"body":1}'],
    ['a long type', `{"type":"${'x'.repeat(33)}","id":1,"body":1}`],
    ['a byte order mark', '\ufeff{"type":"poke","id":3,"body":1}'],
    ['nothing but depth', '['.repeat(500_000)],
  ])('is refused with %s', (_, text) => expect(() => decode(text)).toThrow(code('FRAME_INVALID')))

  it('is refused with bad UTF-8', () => {
    const bytes = Buffer.from('{"type":"poke","id":3,"body":"?"}')
    bytes[bytes.indexOf('?')] = 0xff
    expect(() => decodeEnvelope(bytes)).toThrow(code('FRAME_INVALID'))
  })
})
