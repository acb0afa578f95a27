import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor, SECRET_MIN_CHARS } from '../src/index.js'

const base64 = (text: string) => Buffer.from(text).toString('base64')
const everyByte = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

/** How a secret may come back in the words of git, ssh, curl or a remote. */
const FORMS: Readonly<Record<string, (secret: string, user: string) => string>> = {
  plain: (secret) => secret,
  percent: (secret) => encodeURIComponent(secret),
  'percent, of a path': (secret) => encodeURI(secret),
  'percent, of a form': (secret) => new URLSearchParams([['', secret]]).toString().slice(1),
  'percent, every byte': everyByte,
  'percent, in lower case': (secret) => encodeURIComponent(secret).replaceAll(/%../g, (hex) => hex.toLowerCase()),
  base64,
  'base64 without padding': (secret) => base64(secret).replaceAll('=', ''),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  'base64, percent-encoded': (secret) => encodeURIComponent(base64(secret)),
  'Basic, of whatever user': (secret, user) => base64(`${user}:${secret}`),
}

const secrets = fc.oneof(
  fc.string({ minLength: SECRET_MIN_CHARS, maxLength: 40 }),
  fc.string({ minLength: SECRET_MIN_CHARS, maxLength: 40, unit: 'grapheme' }),
  fc.stringMatching(/^[*@:/%+= \n]{4,12}$/),
  fc.string({ minLength: 500, maxLength: 900 }),
)
/** Base64 goes on as base64, so what is put beside it must not be of its alphabet. */
const around = fc.stringMatching(/^[ \n.:"'()]*$/)

describe('a redactor', () => {
  it.each(Object.keys(FORMS))('leaves no known secret: %s', (form) => {
    const write = FORMS[form] ?? expect.unreachable()
    fc.assert(
      fc.property(
        fc.array(secrets, { minLength: 1, maxLength: 3 }),
        fc.string(),
        around,
        around,
        (known, user, a, b) => {
          const redact = createRedactor(known)
          for (const secret of known) {
            const written = write(secret, user)
            const text = redact(`${a}${written}${b}${written}`)
            expect(text.includes(written)).toBe(false)
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it('leaves neither the secret nor the Basic value of a pair, however short the secret', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 3 }), fc.string({ minLength: 1 }), (user, secret) => {
        const redact = createRedactor([[user, secret]])
        const value = base64(`${user}:${secret}`)
        expect(redact(`<${value}>`)).not.toContain(value)
        expect(redact(`<${user}:${secret}>`)).not.toContain(`${user}:${secret}`)
      }),
      { numRuns: 200 },
    )
  })

  it('finds each line of a secret of several', () => {
    const redact = createRedactor(['-----BEGIN KEY-----\nfirst+line/of=it\r\nand the second\n'])
    expect(redact('bad: "first+line/of=it", "and%20the second"')).toBe('bad: "***", "***"')
  })

  it('finds what is left of a long secret that was cut', () => {
    const secret = Array.from({ length: 600 }, (_, index) => String.fromCharCode(97 + (index % 23))).join('')
    expect(createRedactor([secret])(`${secret.slice(0, 300)}…`).length).toBeLessThan(50)
  })

  it('takes a piece of GitHub, URL or header for a secret, whoever it belongs to', () => {
    const redact = createRedactor()
    const tokens = ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'].map((prefix) => `${prefix}A1b2_C3`)
    for (const token of tokens) expect(redact(`is '${token}', or x${token}`)).toBe("is '***', or x***")
    expect(redact('at https://user:pa:ss@w@host.example/a@b?c')).toBe('at https://host.example/a@b?c')
    expect(redact('ssh://git@host/x and HTTPS://:p@host')).toBe('ssh://host/x and HTTPS://host')
    expect(redact('> authorization: Basic dXNlcjp4 more\nnext')).toBe('> authorization: ***\nnext')
    expect(redact('{"Proxy-Authorization":"Bearer abc"}')).toBe('{"Proxy-Authorization":***')
  })

  it('leaves everything else as it is', () => {
    const text = "fatal: repository 'https://host.example/a/b.git' not found: user@host:path, 100% [rejected] high_up"
    expect(createRedactor(['unknown secret'])(text)).toBe(text)
  })

  it('ignores secrets of less than four characters', () => {
    expect(createRedactor(['', 'a', 'abc'])('abc a')).toBe('abc a')
    expect(createRedactor(['abcd'])('abcd')).toBe('***')
  })

  it('is not held up by a long line of a remote', () => {
    const lines = ['a', 'a:', '://', 'authorization', '%25', 'ghp', '@', ' '].map((part) => part.repeat(200_000))
    const redact = createRedactor(['a'.repeat(300), '%25%25%25%25x', 'aab'])
    for (const line of lines) expect(redact(line).length).toBeLessThanOrEqual(line.length)
  })

  it('gives nothing of a text that is made to go round', () => {
    expect(createRedactor(['****'])('*'.repeat(100_000))).toBe('***')
  })
})
