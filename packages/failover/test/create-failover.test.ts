import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeIdentity, identityFromMasterSeed, selectPqBackend } from '@montana/crypto'
import { createRegistry, signDocument } from '@montana/fleet'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  agentPaths,
  createFailover,
  Failover,
  loadGroupConfig,
  type MasterContext,
  runWith3Mirror,
} from '../src/index.js'

const DAY_MS = 86_400_000
const PORT = 19_433

/** A group of one host: a majority of one. */
async function loneGroup(name: string, hosts: readonly string[] = ['amsterdam']) {
  const dir = mkdtempSync(join(tmpdir(), 'create-failover-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const identity = await identityFromMasterSeed(randomBytes(64))
  mkdirSync(join(dir, 'identity'), { mode: 0o700 })
  writeFileSync(join(dir, 'identity', 'identity.bin'), await encodeIdentity(identity), { mode: 0o600 })
  await writeRegistry(dir, name, Buffer.from(identity.publicKeys.node).toString('base64'))
  const addresses = hosts.map((host, index) => `${host}: { address: 127.0.99.${index + 1} }`).join(', ')
  const file = join(dir, 'failover.yaml')
  writeFileSync(
    file,
    `group: ${name}\ndomain: montana.test\nregistry: ${dir}/registry.json\nhosts: { ${addresses} }\n` +
      `policies: { serve: { chain: [${hosts}] } }\nchannel: { port: ${PORT} }\nstateDir: ${dir}/state\n`,
  )
  const { config } = await loadGroupConfig(file)
  const paths = agentPaths(config, { stateDir: join(dir, 'state'), identityDir: join(dir, 'identity'), runDir: dir })
  return { config, modules: { self: 'amsterdam', paths } }
}

async function writeRegistry(dir: string, network: string, publicKey: string): Promise<void> {
  const backend = await selectPqBackend()
  const signer = await backend.importSigner(randomBytes(32))
  const operator = { id: 'operator', label: 'operator', public_key: Buffer.from(signer.publicKey).toString('base64') }
  writeFileSync(
    join(dir, 'operators.json'),
    JSON.stringify({ network, version: 1, threshold: 1, operators: [operator] }),
  )
  const host = {
    name: 'amsterdam',
    label: 'amsterdam',
    address: '127.0.99.1',
    key_type: 'ml-dsa-65' as const,
    public_key: publicKey,
    domain_of_failure: {},
    is_new: true,
    revoked: false,
    previous: null,
  }
  const draft = createRegistry({ network, issuedAtMs: Date.now(), validMs: DAY_MS, hosts: [host] })
  writeFileSync(join(dir, 'registry.json'), JSON.stringify(await signDocument(draft, 'operator', signer)))
  await backend.close()
}

describe('createFailover', () => {
  it('LE25 LE26 LE27 is of its class, the same object for the same group, and shares its state', async () => {
    const { config, modules } = await loneGroup('le25')
    const failover = createFailover(config, modules)
    expect(failover).toBeInstanceOf(Failover)
    expect(createFailover(config, modules)).toBe(failover)
    const other = await loneGroup('le26')
    expect(createFailover(other.config, other.modules)).not.toBe(failover)
    const calls: string[] = []
    createFailover(config, modules).on('master', ({ policy }) => void calls.push(policy))
    const controller = new AbortController()
    const running = failover.run(controller.signal)
    await until(() => calls.length > 0)
    expect(calls).toEqual(['serve'])
    expect(createFailover(config, modules).status()?.policies.serve).toMatchObject({ role: 'master', mode: 'CHAIN' })
    controller.abort()
    await running
    expect(failover.status()).toBeUndefined()
  })

  it('hands a hook its tenure, and ends it when the role is given away', async () => {
    const { config, modules } = await loneGroup('tenure')
    const controller = new AbortController()
    let context: MasterContext | undefined
    let stops = 0
    const running = runWith3Mirror(
      {
        config,
        ...modules,
        startPolling: (given) => {
          context = given
        },
        stopPolling: () => {
          stops += 1
        },
      },
      controller.signal,
    )
    await until(() => context !== undefined)
    expect(context?.signal.aborted).toBe(false)
    expect(context?.mayAct('unfenced')).toBe(true)
    expect(context?.fence.headers).toEqual({ 'montana-epoch': String(context?.epoch) })
    const before = stops
    await createFailover(config, modules).stepDown({ forMs: 60_000, reason: 'test', by: 'test' })
    await until(() => stops > before)
    expect(context?.signal.aborted).toBe(true)
    expect(context?.mayAct('fenced')).toBe(false)
    controller.abort()
    await running
  })

  it('ends a tenure whose epoch a sink has refused, and begins the next above it', async () => {
    const { config, modules } = await loneGroup('refused')
    const controller = new AbortController()
    const contexts: MasterContext[] = []
    const failover = createFailover(config, modules).on('master', (given) => void contexts.push(given))
    const running = failover.run(controller.signal)
    await until(() => contexts.length > 0)
    const highest = (contexts[0]?.epoch ?? 0n) + (5n << 16n)
    contexts[0]?.fence.refused(highest)
    await until(() => contexts.length > 1)
    expect(contexts[0]?.signal.aborted).toBe(true)
    expect(contexts[1]?.epoch).toBeGreaterThan(highest)
    controller.abort()
    await running
  })

  it('runs once at a time', async () => {
    const { config, modules } = await loneGroup('once')
    const controller = new AbortController()
    const failover = createFailover(config, modules)
    const running = failover.run(controller.signal)
    await expect(failover.run(controller.signal)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' })
    controller.abort()
    await running
  })
})

async function until(condition: () => boolean): Promise<void> {
  for (const endMs = Date.now() + 15_000; !condition(); await sleep(20)) {
    if (Date.now() > endMs) throw new Error('never')
  }
}
