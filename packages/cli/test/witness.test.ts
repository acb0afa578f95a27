import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeIdentity, type Identity, identityFromMasterSeed, selectPqBackend } from '@montana/crypto'
import { createHttpWitness, nodeIdentityOf, type PostBody, signPost } from '@montana/failover'
import { createRegistry, type HostDocument, signDocument } from '@montana/fleet'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js')
const GROUP = 'montana-5'
const DAY_MS = 86_400_000
const spb = nodeIdentityOf(new Uint8Array(32).fill(4))
const never = new AbortController().signal

let root: string
let identity: Identity

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'witness-cli-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))
  identity = await identityFromMasterSeed(new Uint8Array(64).fill(9))
  mkdirSync(join(root, 'identity'), { mode: 0o700 })
  writeFileSync(join(root, 'identity', 'identity.bin'), await encodeIdentity(identity), { mode: 0o600 })
  await writeRegistry()
  writeConfig()
})

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

async function writeRegistry(): Promise<void> {
  const backend = await selectPqBackend()
  const signer = await backend.importSigner(new Uint8Array(32).fill(7))
  const operator = { id: 'operator', label: 'operator', public_key: base64(signer.publicKey) }
  writeJson('operators.json', { network: GROUP, version: 1, threshold: 1, operators: [operator] })
  const witnesses = [{ name: 'w1', public_key: base64(identity.publicKeys.node) }]
  const dates = { issuedAtMs: Date.now(), validMs: DAY_MS }
  const registry = createRegistry({ network: GROUP, ...dates, hosts: [hostOf('spb')], witnesses })
  writeJson('registry.json', await signDocument(registry, operator.id, signer))
  await backend.close()
}

function hostOf(name: string): HostDocument {
  const [key_type, public_key] = ['ml-dsa-65' as const, base64(spb.publicKey)]
  const address = { label: name, address: '192.0.2.40', domain_of_failure: {} }
  return { name, key_type, public_key, ...address, is_new: true, revoked: false, previous: null }
}

function writeJson(name: string, value: unknown): void {
  writeFileSync(join(root, name), JSON.stringify(value))
}

function writeConfig(changes: object = {}): void {
  const paths = { identityDir: 'identity', stateDir: 'state' }
  const base = { name: 'w1', listen: { host: '127.0.0.1', port: 0 }, ...paths }
  writeJson('witness.yaml', { ...base, groups: [{ group: GROUP, registry: 'registry.json' }], ...changes })
}

interface Line {
  readonly event?: string
  readonly port?: number
  readonly error?: { readonly code: string; readonly message: string }
}

class Serve {
  readonly child: ChildProcess
  readonly exit: Promise<number | null>
  out = ''
  err = ''

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [MAIN, 'witness', 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void this.child.kill('SIGKILL'))
    this.exit = new Promise((resolve) => this.child.once('close', resolve))
    this.child.stdout?.on('data', (chunk) => {
      this.out += chunk
    })
    this.child.stderr?.on('data', (chunk) => {
      this.err += chunk
    })
  }

  lines(): Line[] {
    const text = `${this.out}\n${this.err}`
    return text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Line] : []))
  }

  async port(): Promise<number> {
    for (;;) {
      const port = this.lines().find(({ event }) => event === 'listening')?.port
      if (port !== undefined) return port
      if (this.child.exitCode !== null) throw new Error(this.err)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

const config = () => ['--config', join(root, 'witness.yaml')]

describe('montana witness serve', () => {
  it('keeps posts of the hosts of the registry, signs its answers, and ends within two seconds', async () => {
    const serve = new Serve(...config())
    const options = { name: 'w1', url: `http://127.0.0.1:${await serve.port()}`, group: GROUP, stalenessMs: 4_000 }
    const modules = { witnessKey: () => identity.publicKeys.node, keysOf: () => [spb.publicKey] }
    const witness = createHttpWitness(options, modules)
    onTestFinished(async () => await witness.close())
    const body: PostBody = {
      ...{ version: 1, group: GROUP, host: 'spb', bootId: 'boot', sequence: 1 },
      ...{ policies: {}, visible: [] },
    }
    await witness.post(signPost(body, spb.privateKey), never)
    const stranger = { ...body, host: 'moscow' }
    await expect(witness.post(signPost(stranger, spb.privateKey), never)).rejects.toThrow('403')
    expect((await witness.read(never)).posts.map((post) => post.body)).toEqual([body])
    const startMs = performance.now()
    serve.child.kill('SIGTERM')
    expect(await serve.exit).toBe(0)
    expect(performance.now() - startMs).toBeLessThan(2_000)
    expect(serve.lines().at(-1)).toMatchObject({ event: 'stopped' })
  })

  it('begins to count anew when it was frozen', async () => {
    const serve = new Serve(...config())
    const url = `http://127.0.0.1:${await serve.port()}/healthz`
    const upMs = async () => ((await (await fetch(url)).json()) as { upMs: number }).upMs
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(await upMs()).toBeGreaterThan(1_400)
    serve.child.kill('SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    serve.child.kill('SIGCONT')
    expect(await upMs()).toBeLessThan(1_400)
  })

  it('says every problem of its file at once and exits with 78', async () => {
    writeConfig({ name: 'W 1', listen: { host: '', port: 70_000 }, groups: [], more: 1 })
    const serve = new Serve(...config(), '--json')
    expect(await serve.exit).toBe(78)
    const message = serve.lines().find(({ error }) => error)?.error?.message
    for (const word of ['name', 'listen.host', 'listen.port', 'groups', 'more']) expect(message).toContain(word)
  })

  it.each([
    ['file', 'identity.bin', 0o644],
    ['folder', '.', 0o755],
  ])('refuses an identity whose %s is open to others', async (_, name, mode) => {
    chmodSync(join(root, 'identity', name), mode)
    const serve = new Serve(...config(), '--json')
    expect(await serve.exit).toBe(78)
    expect(serve.lines().find(({ error }) => error)?.error?.code).toBe('IDENTITY_INVALID')
  })

  it('needs its file, and a port that is free', async () => {
    expect(await new Serve().exit).toBe(2)
    expect(await new Serve('--config', join(root, 'none.yaml')).exit).toBe(78)
    const port = await new Serve(...config()).port()
    writeConfig({ listen: { host: '127.0.0.1', port } })
    const second = new Serve(...config(), '--json')
    expect(await second.exit).toBe(78)
    expect(second.lines().find(({ error }) => error)?.error?.message).toContain('EADDRINUSE')
  })
})
