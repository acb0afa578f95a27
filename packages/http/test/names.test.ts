import { describe, expect, it } from 'vitest'
import { checkOrigin, createHostGuard } from '../src/names.js'

const HOST = '127.0.0.1:8447'
const asking = (headers: Record<string, string>, method = 'GET') => ({ method, headers: { host: HOST, ...headers } })

describe('the name under which a server is asked', () => {
  const check = createHostGuard(['Console.Example'])

  it.each([
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost:9',
    'LOCALHOST',
    '[::1]:8447',
    'console.example',
    'CONSOLE.example:1',
  ])('may be %s', (host) => {
    expect(() => check({ headers: { host } })).not.toThrow()
  })

  it.each(['attacker.example', 'localhost.attacker.example', '10.0.0.1', '127.0.0.1.nip.example:8447', '', '[::2]:1'])(
    'may not be %j',
    (host) => {
      expect(() => check({ headers: { host } })).toThrow('foreign name')
    },
  )

  it('is there', () => {
    expect(() => check({ headers: {} })).toThrow('foreign name')
  })
})

describe('the page that asks', () => {
  it.each([{}, { origin: `http://${HOST}` }, { origin: `https://${HOST}`, 'sec-fetch-site': 'same-origin' }])(
    'may change something when it is ours: %j',
    (headers) => {
      expect(() => checkOrigin(asking(headers, 'POST'))).not.toThrow()
    },
  )

  it.each([
    { origin: 'https://attacker.example' },
    { origin: 'http://127.0.0.1:1' },
    { origin: `http://${HOST}.attacker.example` },
    { origin: 'null' },
    { origin: 'file://' },
    { origin: '::' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'nonsense' },
  ])('may neither read nor change anything when it is not: %j', (headers) => {
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE'])
      expect(() => checkOrigin(asking(headers, method)), method).toThrow('another site')
  })

  it('may read, and not change, when somebody typed the address', () => {
    const typed = { 'sec-fetch-site': 'none' }
    expect(() => checkOrigin(asking(typed))).not.toThrow()
    expect(() => checkOrigin(asking(typed, 'POST'))).toThrow('another site')
  })
})
