import { loadWordlist } from '@montana/crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { codeOfText } from '../src/digest/codes.js'
import type { Redact } from '../src/digest/redact.js'
import { loadRedact } from '../src/digest/redact-words.js'
import { sampleOf, TEMPLATE_GRAPHEMES, TEMPLATE_UNITS, templateOf } from '../src/digest/template.js'
import { windowNumbers } from '../src/digest/windows.js'

let redact: Redact
let words: readonly string[]

beforeAll(async () => {
  redact = await loadRedact()
  words = await loadWordlist()
})

const PEER_ID = 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'

describe('redaction', () => {
  it.each([
    ['dial 192.0.2.17:8444 failed', 'dial <ip>:8444 failed'],
    ['at 10.0.0.1.', 'at <ip>.'],
    ['host ec2-192-0-2-17.example', 'host ec2-<ip>.example'],
    ['[2001:db8::17]:8444', '[<ip>]:8444'],
    ['addr:fe80::1 up', 'addr:<ip> up'],
    ['from 2001:db8:0:0:0:0:0:1 port 22', 'from <ip> port 22'],
    ['::ffff:192.0.2.1', '<ip>'],
    ['/ip6/2001:db8::1/tcp/8444', '/ip6/<ip>/tcp/8444'],
    ['fe80::1%eth0', '<ip>%eth0'],
    ['std::vector<int>, tokio::net::tcp, de::ser', 'std::vector<int>, tokio::net::tcp, de::ser'],
    ['at 12:34:56 it was', 'at 12:34:56 it was'],
    ['/dns4/node.example.org/tcp/8444', '/dns4/<host>/tcp/8444'],
    ['getaddrinfo ENOTFOUND node.example.org', 'getaddrinfo ENOTFOUND <host>'],
    ['Failed password for alice@node.example', 'Failed password for <account>'],
    ['getty@tty1.service: Started', 'getty@tty1.service: Started'],
    ['password=hunter2 rest', 'password=<key> rest'],
    ['{"privateKey":"a b c","x":1}', '{"privateKey":<key>,"x":1}'],
    [`root ${'0f'.repeat(32)} of`, 'root <hex> of'],
    [`peer ${PEER_ID} left`, 'peer <b58> left'],
    [`key ${Buffer.from(PEER_ID).toString('base64')} x`, 'key <key> x'],
    ['-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY----- end', '<key> end'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blbn', '<key>'],
    ['/var/lib/montana/store/segments/of/one/long/folder', '/var/lib/montana/store/segments/of/one/long/folder'],
  ])('%j', (text, expected) => expect(redact(text)).toBe(expected))

  it.each([
    ['spaces', (phrase: string[]) => phrase.join(' ')],
    ['line ends', (phrase: string[]) => phrase.join('\n')],
    ['escaped line ends', (phrase: string[]) => phrase.join('\\n')],
    ['a JSON list', (phrase: string[]) => JSON.stringify(phrase)],
    ['numbers', (phrase: string[]) => phrase.map((word, index) => `${index + 1}. ${word}`).join('\n')],
    ['capitals', (phrase: string[]) => phrase.join(' ').toUpperCase()],
  ])('words of a recovery phrase with %s between them', (_, joined) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { minLength: 6, maxLength: 24 }), (phrase) => {
        const shown = redact(`key: ${joined(phrase)} ?!`)
        expect(shown).toContain('<words>')
        // The mark itself is made of a word of the list.
        expect(shown.replace('<words>', '').toLowerCase()).not.toContain(phrase[0])
      }),
      { numRuns: 50 },
    )
  })

  it('leaves sentences', () => {
    const sentence = 'the node can not open that file because there is no space, and will try again'
    expect(redact(sentence)).toBe(sentence)
  })

  it('no address of any kind passes, whatever stands around it', () => {
    const around = fc.string({ unit: fc.constantFrom(' ', '"', '[', '(', '/', '=', ',', ';', '@', '|'), maxLength: 3 })
    const address = fc.oneof(fc.ipV4(), fc.ipV6())
    fc.assert(
      fc.property(around, address, around, (before, ip, after) => {
        const shown = redact(`${before}${ip}${after}`)
        expect(shown.includes(ip) && ip !== '::').toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a template', () => {
  const template = (text: string) => templateOf(text, redact)

  it.each([
    [
      '[active W=82123] singleton невозможен (NodeTable=2 узлов)',
      '[active W=<n>] singleton невозможен (NodeTable=<n> узлов)',
    ],
    ['id 7f1ee7d4-0a33-4a53-9a7b-3b5c7c0f9a10 x', 'id <uuid> x'],
    ['hex deadbeef 0x1f cafe01', 'hex <hex> <hex> cafe<n>'],
    ['peer 7VqAbcdefGhijkmnopQR is', 'peer <b58> is'],
    [`peer ${PEER_ID} is`, 'peer <b58> is'],
    ['took 12.5ms, 1,024 of 1700000000000', 'took <n>ms, <n> of <n>'],
    ['\u001b[31merror\u001b[0m:\t two\r\n lines \u001b]0;title\u0007end', 'error: two lines end'],
    ['a\u202eb\u0000c', 'a b c'],
    ['  \u00a0 spaces \u2003 ', 'spaces'],
    ['a [1]\n[2] b', 'a [<n>] [<n>] b'],
  ])('%j', (text, expected) => expect(template(text)).toBe(expected))

  it('is the same for messages that differ in numbers, ids and addresses', () => {
    const message = (n: number) =>
      `window ${n} from 10.0.0.${n % 250} took ${n / 7} s, root ${n.toString(16).padStart(64, 'a')}`
    expect(new Set([1, 17, 250, 90_001].map((n) => template(message(n)))).size).toBe(1)
  })

  const family = '👨‍👩‍👧‍👦'

  it.each([
    ['letters', 'l'],
    ['a family', family],
    ['a flag', '🇦🇲'],
    ['marks', 'e\u0301'],
    ['skin', '👍🏽'],
  ])('cuts at 200 graphemes and never inside one: %s', (_, grapheme) => {
    const cut = template(grapheme.repeat(300))
    const whole = Math.min(TEMPLATE_GRAPHEMES, Math.floor(TEMPLATE_UNITS / grapheme.length))
    expect(cut).toBe(grapheme.repeat(whole))
  })

  it('cuts no grapheme at the bound of the schema, whatever the text', () => {
    const segmenter = new Intl.Segmenter('en')
    const unit = fc.constantFrom('x', 'é', 'e\u0301', family, '🇦🇲', '👍🏽', 'ก็', `e${'\u0301'.repeat(30)}`)
    fc.assert(
      fc.property(fc.string({ unit, minLength: 150, maxLength: 400 }), (text) => {
        const cut = template(text)
        expect(cut.length).toBeLessThanOrEqual(TEMPLATE_UNITS)
        const whole = Array.from(segmenter.segment(text), ({ segment }) => segment)
        const taken = Array.from(segmenter.segment(cut), ({ segment }) => segment)
        expect(taken).toEqual(whole.slice(0, taken.length))
        expect(taken.length).toBeLessThanOrEqual(TEMPLATE_GRAPHEMES)
      }),
      { numRuns: 100 },
    )
  })

  it('any text gives one line within the bounds, well formed, and the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        for (const shown of [template(text), sampleOf(text, redact)]) {
          expect(shown).not.toMatch(/[\p{Cc}\u2028\u2029]/u)
          expect(shown.isWellFormed()).toBe(true)
          expect(shown.length).toBeLessThanOrEqual(2048)
        }
        expect(template(text)).toBe(template(text))
      }),
    )
  })

  it('takes linear time for hostile lines', () => {
    const hostile = [
      '0:',
      ':',
      'a',
      '1.',
      '1-',
      'x@',
      '\\n',
      ' ',
      'abandon',
      'password=',
      'W1.',
      'window ',
      '0',
      'ab1',
      `${words.slice(0, 6).join(' ')} . . `,
      '-----BEGIN A-----',
      '"',
      '\u001b]',
    ]
    for (const piece of hostile) {
      const started = performance.now()
      const line = piece.repeat(Math.floor(200_000 / piece.length))
      template(line)
      windowNumbers(line)
      codeOfText(line)
      expect(performance.now() - started, piece).toBeLessThan(2_000)
    }
  })
})

describe('windows named by a line', () => {
  it.each([
    ['[active W=82123] x', [82123]],
    ['window 82123 done, window 82124 begun', [82123, 82124]],
    ['{"level":30,"window":17,"msg":"window applied"}', [17]],
    ['current_window: 75849', [75849]],
    ['window #5', [5]],
    ['Window=0', [0]],
    ['window 60s, window 2.5, window_s 3, windows 7, 9 windows, TW=5, W=', []],
    ['window 99999999999999999999', []],
  ])('%j', (text, expected) => expect(windowNumbers(text)).toEqual(expected))
})

describe('codes of foreign lines', () => {
  it.each([
    ['Permission denied (os error 13)', 'EACCES'],
    ['No space left on device [v8.2312.0 try https://www.rsyslog.com/e/2027 ]', 'ENOSPC'],
    ['https://docs.rs/rustls/latest/rustls/manual/_03_howto/index.html#unexpected-eof" })))) }))', 'TLS'],
    ['"Connection timed out" })))) }))', 'ETIMEDOUT'],
    ['Connection refused (os error 111))]', 'ECONNREFUSED'],
    ['read ECONNRESET', 'ECONNRESET'],
    ["Error: ENOENT: no such file or directory, open 'x'", 'ENOENT'],
    ['TLSv1.3 handshake timed out', 'TLS'],
    ['tls: bad record', 'TLS'],
    ['TITLES are no TLSX, OpenSSL 3.5 is a library', 'UNCODED'],
    ['5 Error(Right(Closed)) }))', 'UNCODED'],
  ])('%j', (text, code) => expect(codeOfText(text)).toBe(code))
})
