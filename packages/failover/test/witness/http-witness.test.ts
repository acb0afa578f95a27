import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttpWitness, encodePost, startWitnessServer, type Witness } from '../../src/index.js'
import { signAnswer, type WitnessContent } from '../../src/witness/answer.js'
import { bodyOf, code, GROUP, identityOf, keysOf, never, postOf } from './support.js'

async function realWitness(nowMs: () => number = () => performance.now()) {
  const modules = { privateKey: identityOf('w1').privateKey, groups: { [GROUP]: keysOf }, nowMs }
  const server = await startWitnessServer({ name: 'w1', host: '127.0.0.1', port: 0 }, modules)
  onTestFinished(async () => await server.close())
  return server
}

/** Something that answers as it likes. */
async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** A witness whose content is made from the nonce. */
async function serveContent(make: (nonce: string) => WitnessContent, signer = 'w1'): Promise<number> {
  return await serve((request, response) => {
    const nonce = new URL(request.url ?? '', 'http://w').searchParams.get('nonce') ?? ''
    response.end(JSON.stringify(signAnswer(make(nonce), identityOf(signer).privateKey)))
  })
}

function client(port: number, witnessKey = (): Uint8Array | undefined => identityOf('w1').publicKey): Witness {
  const options = { name: 'w1', url: `http://127.0.0.1:${port}`, group: GROUP, stalenessMs: 4_000 }
  const witness = createHttpWitness(options, { witnessKey, keysOf })
  onTestFinished(async () => await witness.close())
  return witness
}

const content = (nonce: string): WitnessContent => ({ witness: 'w1', group: GROUP, nonce, upMs: 9_000, posts: [] })

describe('a client of a witness', () => {
  it('posts, and reads what all have posted', async () => {
    let now = 1_000
    const { port } = await realWitness(() => now)
    const [spb, moscow] = [client(port), client(port)]
    await spb.post(postOf('spb', 1), never)
    now += 700
    await moscow.post(postOf('moscow', 4), never)
    expect(await spb.read(never)).toEqual({
      upMs: 700,
      posts: [
        { host: 'spb', ageMs: 700, body: bodyOf('spb', 1) },
        { host: 'moscow', ageMs: 0, body: bodyOf('moscow', 4) },
      ],
    })
    await expect(spb.post(postOf('spb', 1), never)).rejects.toEqual(code('WITNESS_REFUSED'))
  })

  it('keeps its connection', async () => {
    const sockets = new Set<unknown>()
    const port = await serve((request, response) => {
      sockets.add(request.socket)
      response.end(JSON.stringify(signAnswer(content(nonceOf(request.url)), identityOf('w1').privateKey)))
    })
    const witness = client(port)
    for (let round = 0; round < 5; round += 1) await witness.read(never)
    expect(sockets.size).toBe(1)
  })

  it('believes no answer to an earlier question', async () => {
    let kept: string | undefined
    const port = await serve((request, response) => {
      kept ??= JSON.stringify(signAnswer(content(nonceOf(request.url)), identityOf('w1').privateKey))
      response.end(kept)
    })
    const witness = client(port)
    await witness.read(never)
    await expect(witness.read(never)).rejects.toEqual(code('WITNESS_REFUSED'))
  })

  it.each([
    ['that another witness signed', content, 'stranger'],
    ['of another witness', (nonce: string) => ({ ...content(nonce), witness: 'w2' }), 'w1'],
    ['about another group', (nonce: string) => ({ ...content(nonce), group: 'other' }), 'w1'],
    ['with fields to come', (nonce: string) => ({ ...content(nonce), more: 1 }), 'w1'],
  ])('believes no answer %s', async (_, make, signer) => {
    const witness = client(await serveContent(make, signer))
    await expect(witness.read(never)).rejects.toEqual(code('WITNESS_REFUSED'))
  })

  it('believes no witness that is not in the registry', async () => {
    const { port } = await realWitness()
    await expect(client(port, () => undefined).read(never)).rejects.toEqual(code('WITNESS_REFUSED'))
  })

  it('leaves out posts that the witness made up, and keeps the others', async () => {
    const stranger = { ...encodePost(postOf('moscow', 1)), body: encodePost(postOf('moscow', 2)).body }
    const posts = [encodePost(postOf('spb', 1)), stranger, encodePost(postOf('almaty', 1, { group: 'other' }))]
    const port = await serveContent((nonce) => ({
      ...content(nonce),
      posts: posts.map((post) => ({ ageMs: 5, post })),
    }))
    expect((await client(port).read(never)).posts.map(({ host }) => host)).toEqual(['spb'])
  })

  it.each([
    ['no JSON', 'hello'],
    ['JSON of another form', '{"witness":"w1"}'],
    ['nesting without end', `{"posts":${'['.repeat(100_000)}`],
  ])('refuses %s', async (_, text) => {
    const witness = client(await serve((__, response) => response.end(text)))
    await expect(witness.read(never)).rejects.toEqual(code('WITNESS_REFUSED'))
  })

  it('reads no more than 2 MiB', async () => {
    let sent = 0
    const port = await serve((_, response) => {
      const chunk = Buffer.alloc(64 * 1024, 0x20)
      const more = () => {
        while (!response.destroyed && sent < 64 * 2 ** 20) {
          sent += chunk.length
          if (!response.write(chunk)) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    })
    await expect(client(port).read(never)).rejects.toEqual(code('WITNESS_REFUSED'))
    expect(sent).toBeLessThan(32 * 2 ** 20)
  })

  it('says that nobody answers, and goes on when somebody does', async () => {
    const server = await realWitness()
    const witness = client(server.port)
    await witness.read(never)
    await server.close()
    await expect(witness.read(never)).rejects.toEqual(code('WITNESS_UNREACHABLE'))
    await expect(witness.post(postOf('spb', 1), never)).rejects.toEqual(code('WITNESS_UNREACHABLE'))
    const modules = { privateKey: identityOf('w1').privateKey, groups: { [GROUP]: keysOf }, nowMs: () => 1 }
    const again = await startWitnessServer({ name: 'w1', host: '127.0.0.1', port: server.port }, modules)
    onTestFinished(async () => await again.close())
    await witness.post(postOf('spb', 2), never)
    expect((await witness.read(never)).posts).toHaveLength(1)
  })

  it('waits for a witness that says nothing only as long as it is told', async () => {
    let isHeld = true
    const port = await serve((request, response) => {
      if (isHeld) return
      response.end(JSON.stringify(signAnswer(content(nonceOf(request.url)), identityOf('w1').privateKey)))
    })
    const witness = client(port)
    const [controller, startMs] = [new AbortController(), performance.now()]
    setTimeout(() => controller.abort(), 100)
    await expect(witness.read(controller.signal)).rejects.toThrow()
    expect(performance.now() - startMs).toBeLessThan(1_000)
    isHeld = false
    expect((await witness.read(never)).upMs).toBe(9_000)
  })
})

function nonceOf(url: string | undefined): string {
  return new URL(url ?? '', 'http://w').searchParams.get('nonce') ?? ''
}
