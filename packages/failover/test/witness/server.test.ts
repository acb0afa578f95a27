import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { importMldsaPublicKey } from '@montana/crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodePost, type HostKeys, signPost, startWitnessServer } from '../../src/index.js'
import { answerForm, isAnswerOf } from '../../src/witness/answer.js'
import { bodyOf, GROUP, identityOf, keysOf, postOf } from './support.js'

const NONCE = 'n'.repeat(24)

class Witness {
  nowMs = 1_000_000.25
  url = ''
  close: () => Promise<void> = async () => {}

  static async start(groups: Readonly<Record<string, HostKeys>> = { [GROUP]: keysOf }): Promise<Witness> {
    const witness = new Witness()
    const { privateKey } = identityOf('w1')
    const modules = { privateKey, groups, nowMs: () => witness.nowMs }
    const server = await startWitnessServer({ name: 'w1', host: '127.0.0.1', port: 0 }, modules)
    witness.url = `http://127.0.0.1:${server.port}`
    witness.close = () => server.close()
    onTestFinished(async () => await server.close())
    return witness
  }

  async post(host: string, body: unknown, group = GROUP): Promise<{ status: number; code: string | undefined }> {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${this.url}/v1/${group}/posts/${host}`, { method: 'POST', headers, body: text })
    const answer = (await response.json()) as { error?: { code: string } }
    return { status: response.status, code: answer.error?.code }
  }

  async read(group = GROUP, query = `nonce=${NONCE}`) {
    const response = await fetch(`${this.url}/v1/${group}/posts?${query}`)
    return { status: response.status, body: (await response.json()) as unknown }
  }

  async posts(group = GROUP) {
    return answerForm.parse((await this.read(group)).body).posts
  }
}

const rawOf = (host: string, sequence: number, over = {}) => encodePost(postOf(host, sequence, over))

describe('a witness', () => {
  it('shows the last post of every host with its age, signed over the nonce', async () => {
    const witness = await Witness.start()
    await witness.post('spb', rawOf('spb', 1))
    witness.nowMs += 300
    expect(await witness.post('spb', rawOf('spb', 2))).toEqual({ status: 200, code: undefined })
    await witness.post('moscow', rawOf('moscow', 9))
    witness.nowMs += 1_200
    const answer = answerForm.parse((await witness.read()).body)
    expect(answer).toMatchObject({ witness: 'w1', group: GROUP, nonce: NONCE, upMs: 1_500 })
    const shown = answer.posts.map(({ ageMs, post }) => [post.body.host, post.body.sequence, ageMs])
    expect(shown).toEqual([
      ['spb', 2, 1_200],
      ['moscow', 9, 1_200],
    ])
    const key = importMldsaPublicKey(identityOf('w1').publicKey)
    expect(isAnswerOf(answer, key)).toBe(true)
    for (const change of [{ nonce: 'm'.repeat(24) }, { upMs: 9 }, { posts: [] }, { group: 'g' }, { witness: 'w2' }]) {
      expect(isAnswerOf({ ...answer, ...change }, key)).toBe(false)
    }
    const posts = answer.posts.map(({ ageMs, post }) => ({
      ageMs,
      post: { ...post, body: { ...post.body, x: '\ud800' } },
    }))
    expect(isAnswerOf({ ...answer, posts }, key)).toBe(false)
  })

  it.each([
    ['another host', () => signPost(bodyOf('spb', 1), identityOf('moscow').privateKey), 401, 'SIGNATURE'],
    ['a stranger', () => signPost(bodyOf('spb', 1), identityOf('stranger').privateKey), 401, 'SIGNATURE'],
    ['a host under the name of another', () => postOf('moscow', 1), 401, 'SIGNATURE'],
    ['a host for another group', () => postOf('spb', 1, { group: 'other' }), 401, 'SIGNATURE'],
  ])('refuses a post of %s', async (_, make, status, code) => {
    const witness = await Witness.start()
    expect(await witness.post('spb', encodePost(make()))).toEqual({ status, code })
    expect(await witness.posts()).toEqual([])
  })

  it('knows only the hosts and groups that it was given', async () => {
    const witness = await Witness.start()
    const stranger = signPost(bodyOf('stranger', 1), identityOf('stranger').privateKey)
    expect(await witness.post('stranger', encodePost(stranger))).toEqual({ status: 403, code: 'HOST_UNKNOWN' })
    expect(await witness.post('spb', rawOf('spb', 1), 'other')).toEqual({ status: 404, code: 'NOT_FOUND' })
    expect((await witness.read('other')).status).toBe(404)
  })

  it('takes no post that is not beyond the one it has', async () => {
    const witness = await Witness.start()
    const old = { status: 409, code: 'SEQUENCE_OLD' }
    expect((await witness.post('spb', rawOf('spb', 5))).status).toBe(200)
    expect(await witness.post('spb', rawOf('spb', 5))).toEqual(old)
    expect(await witness.post('spb', rawOf('spb', 4))).toEqual(old)
    expect((await witness.post('spb', rawOf('spb', 1, { bootId: 'boot-2' }))).status).toBe(200)
    expect(await witness.post('spb', rawOf('spb', 6))).toEqual(old)
    expect((await witness.posts()).map(({ post }) => post.body.bootId)).toEqual(['boot-2'])
  })

  it('answers 413 above 16 KiB and 400 to what is no post', async () => {
    const witness = await Witness.start()
    const large = { ...rawOf('spb', 1), more: 'x'.repeat(16 * 1024) }
    expect(await witness.post('spb', large)).toEqual({ status: 413, code: 'POST_TOO_LARGE' })
    const nested = `{"body":${'['.repeat(8_000)}${']'.repeat(8_000)}}`
    for (const body of [
      '{',
      '{}',
      'null',
      nested,
      JSON.stringify(rawOf('spb', 1)).replace('"sequence":1', '"sequence":-1'),
    ]) {
      expect((await witness.post('spb', body)).status).toBe(400)
    }
    const raw = rawOf('spb', 1)
    expect((await witness.post('spb', { ...raw, body: { ...raw.body, extra: 1 } })).status).toBe(400)
    expect((await witness.post('spb', raw)).status).toBe(200)
  })

  it('takes eight posts a second of each host', async () => {
    const witness = await Witness.start()
    for (let sequence = 1; sequence <= 8; sequence += 1) await witness.post('spb', rawOf('spb', sequence))
    expect(await witness.post('spb', rawOf('spb', 9))).toEqual({ status: 429, code: 'RATE' })
    expect((await witness.post('moscow', rawOf('moscow', 1))).status).toBe(200)
    witness.nowMs += 125
    expect((await witness.post('spb', rawOf('spb', 9))).status).toBe(200)
    expect((await witness.post('spb', rawOf('spb', 10))).status).toBe(429)
  })

  it('does not let strangers use up what a host may send', async () => {
    const witness = await Witness.start()
    const forged = encodePost(signPost(bodyOf('spb', 1), identityOf('stranger').privateKey))
    const statuses = await Promise.all(
      Array.from({ length: 12 }, () => postFrom('127.0.0.9', witness.url, 'spb', forged)),
    )
    expect(statuses.filter((status) => status === 401)).toHaveLength(8)
    expect(statuses.filter((status) => status === 429)).toHaveLength(4)
    expect((await witness.post('spb', rawOf('spb', 1))).status).toBe(200)
  })

  it('signs no more than so many answers a second for one address', async () => {
    const witness = await Witness.start()
    const statuses = await Promise.all(Array.from({ length: 70 }, async () => (await witness.read()).status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(64)
    expect(statuses.filter((status) => status === 429)).toHaveLength(6)
    witness.nowMs += 1_000
    expect((await witness.read()).status).toBe(200)
  })

  it.each([
    '',
    'nonce=',
    'nonce=short',
    `nonce=${'n'.repeat(65)}`,
    `nonce=${NONCE}&nonce=${NONCE}`,
    `nonce=%00${NONCE}`,
  ])('answers 400 to %j instead of a nonce', async (query) => {
    expect((await (await Witness.start()).read(GROUP, query)).status).toBe(400)
  })

  it('keeps groups apart', async () => {
    const witness = await Witness.start({ [GROUP]: keysOf, other: keysOf })
    await witness.post('spb', rawOf('spb', 5))
    expect((await witness.post('spb', rawOf('spb', 1, { group: 'other' }), 'other')).status).toBe(200)
    expect((await witness.posts()).map(({ post }) => post.body.sequence)).toEqual([5])
    expect((await witness.posts('other')).map(({ post }) => post.body.sequence)).toEqual([1])
  })

  it('shows at most 64 hosts', async () => {
    const many: HostKeys = () => [identityOf('spb').publicKey]
    const witness = await Witness.start({ [GROUP]: many })
    for (let n = 0; n < 64; n += 1) {
      const signed = signPost(bodyOf(`h${n}`, 1), identityOf('spb').privateKey)
      expect((await witness.post(`h${n}`, encodePost(signed))).status).toBe(200)
    }
    const signed = signPost(bodyOf('h64', 1), identityOf('spb').privateKey)
    expect((await witness.post('h64', encodePost(signed))).status).toBe(400)
    expect(await witness.posts()).toHaveLength(64)
  })

  it('says that it is up, and has forgotten everything after a restart', async () => {
    const witness = await Witness.start()
    await witness.post('spb', rawOf('spb', 1))
    witness.nowMs += 2_000
    const health = await fetch(`${witness.url}/healthz`)
    expect([health.status, await health.json()]).toEqual([200, { witness: 'w1', upMs: 2_000 }])
    await witness.close()
    const again = await Witness.start()
    expect((await again.read()).body).toMatchObject({ upMs: 0, posts: [] })
  })

  it('has not observed while it stood still', async () => {
    const witness = await Witness.start()
    const upMs = async () => ((await witness.read()).body as { upMs: number }).upMs
    witness.nowMs += 1_900
    expect(await upMs()).toBe(1_900)
    witness.nowMs += 30_000
    expect(await upMs()).toBe(0)
    witness.nowMs += 1_500
    expect(await upMs()).toBe(1_500)
  })

  it('waits for nobody longer than some seconds: a request that does not come to its end is ended', async () => {
    const witness = await Witness.start()
    const port = Number(new URL(witness.url).port)
    const half = `POST /v1/${GROUP}/posts/spb HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n`
    const ends = [`${half}\r\n{`, half, ''].map((text) => endOf(port, text))
    expect(Math.max(...(await Promise.all(ends)))).toBeLessThan(8_000)
  }, 15_000)

  it('leaves room for the hosts when one address holds as many connections as it gets', async () => {
    const witness = await Witness.start()
    const port = Number(new URL(witness.url).port)
    const held = Array.from({ length: 300 }, () => connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' }))
    for (const socket of held) socket.on('error', () => {})
    onTestFinished(() => held.forEach((socket) => void socket.destroy()))
    await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    expect(await postFrom('127.0.0.2', witness.url, 'spb', rawOf('spb', 1))).toBe(200)
  })

  it('ends at once, whoever holds a connection open', async () => {
    const witness = await Witness.start()
    const { port } = new URL(witness.url)
    const [idle, half] = [connect(Number(port), '127.0.0.1'), connect(Number(port), '127.0.0.1')]
    for (const socket of [idle, half]) socket.on('error', () => {})
    half.write(`POST /v1/${GROUP}/posts/spb HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{`)
    await witness.read()
    const startMs = performance.now()
    await witness.close()
    expect(performance.now() - startMs).toBeLessThan(2_000)
  })
})

/** Milliseconds until the witness ended a connection on which this was all that came. */
function endOf(port: number, text: string): Promise<number> {
  const startMs = performance.now()
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('error', () => {})
    socket.resume().once('close', () => resolve(performance.now() - startMs))
  })
}

/** A post from an address of its own. */
function postFrom(localAddress: string, url: string, host: string, body: unknown): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const options = { method: 'POST', localAddress, headers }
    const asked = httpRequest(`${url}/v1/${GROUP}/posts/${host}`, options, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end(JSON.stringify(body))
  })
}
