import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SshServer, whyNoSshd } from '@montana/github-stand'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { longIt } from '../../../test/support/long-it.js'
import { readInventory } from '../src/deploy/inventory.js'
import { sshArguments } from '../src/deploy/ssh.js'
import { deploy } from '../src/index.js'
import { bundleOf, KEY, OTHER_KEY, writeKey } from './support/bundles.js'
import { Host, releaseOf, signal } from './support/host.js'

const FIRST = releaseOf('1.0.0')
const SECOND = releaseOf('1.1.0')
const BROKEN_AT = (root: string) =>
  releaseOf('1.2.0', { behaviour: `if (import.meta.dirname.startsWith(${JSON.stringify(root)})) process.exit(3)` })
/** Each upgrade starts a program over ssh; on a busy host that takes its time. */
const TIMEOUT_MS = 120_000
const reason = whyNoSshd()
if (reason !== undefined) process.stderr.write(`deploy over ssh is skipped: ${reason}\n`)

describe.skipIf(reason !== undefined)('montana deploy', { timeout: TIMEOUT_MS }, () => {
  let folder: string
  let sshd: SshServer
  let hosts: Map<string, Host>
  let agents: Server[]
  let steps: string[]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'montana deploy-'))
    sshd = await SshServer.start(folder)
    await sshd.force(`exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"`)
  })

  afterAll(async () => {
    await sshd?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  beforeEach(async () => {
    const made = ['moscow', 'almaty', 'spb'].map(async (name) => [name, await Host.with(FIRST)] as const)
    hosts = new Map(await Promise.all(made))
    for (const host of hosts.values()) host.write('var/tmp/.keep', '')
    agents = []
    steps = []
  })

  afterEach(async () => {
    for (const agent of agents) agent.close()
    for (const host of hosts.values()) await host.end()
  })

  /** A failover agent as far as its status endpoint tells. */
  async function agent(routes: Readonly<Record<string, number>>): Promise<string> {
    const server = createServer((request, response) => {
      response.statusCode = routes[request.url ?? ''] ?? 404
      response.end('{}')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.on('listening', resolve))
    agents.push(server)
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  function inventory(over: Readonly<Record<string, object>> = {}, access = sshd.access): string {
    const { host: address, port, user, keyFile, knownHosts } = access
    const entries = [...hosts].map(([name, { root }]) => {
      return { name, address, root, failover_url: 'http://127.0.0.1:1', ...over[name] }
    })
    const defaults = { user, port, key_file: keyFile, known_hosts: knownHosts, services: 'process', wait_s: 10 }
    const file = join(folder, 'hosts.yaml')
    writeFileSync(file, JSON.stringify({ schema: 'montana.inventory/1', defaults, hosts: entries }))
    return file
  }

  async function roll(bundle: Buffer, file = inventory(), key = KEY) {
    const path = join(folder, 'bundle.tar')
    writeFileSync(path, bundle)
    const step = (host: string, text: string) => void steps.push(`${host}: ${text}`)
    return await deploy(
      { inventory: file, bundle: path, keyFile: writeKey(join(folder, 'release.pub'), key), step },
      signal,
    )
  }

  const versions = async () => await Promise.all([...hosts.values()].map((host) => host.answers()))

  it('takes one host after another, who acts last, and the second time none; no copy of the bundle stays', async () => {
    const acting = await agent({ '/live': 200, '/leader': 200 })
    const standby = await agent({ '/live': 200, '/leader': 503 })
    const file = inventory({ moscow: { failover_url: acting }, almaty: { failover_url: standby } })
    const { hosts: taken } = await roll(SECOND, file)
    expect(taken).toEqual(['almaty', 'spb', 'moscow'].map((name) => ({ name, isChanged: true })))
    expect(steps[4]).toMatch(/^moscow: upgrade from 1\.0\.0-[0-9a-f]{12}, acting until now$/)
    expect(await versions()).toEqual(['1.1.0', '1.1.0', '1.1.0'])
    for (const { root } of hosts.values()) expect(readdirSync(join(root, 'var/tmp'))).toEqual(['.keep'])
    expect((await roll(SECOND, file)).hosts.map(({ isChanged }) => isChanged)).toEqual([false, false, false])
  })

  it('a host that fails is rolled back and named; those after it are not touched', async () => {
    const broken = BROKEN_AT(hosts.get('almaty')?.root ?? '')
    const failure = await roll(broken).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'DEPLOY_FAILED', exitCode: 1, metadata: { host: 'almaty' } })
    expect(String(failure)).toMatch(/almaty: upgrade ended with 1: .* runs again/)
    expect(await versions()).toEqual(['1.2.0', '1.0.0', '1.0.0'])
  })

  longIt('a host whose failover agent is gone afterwards is rolled back by us', async () => {
    const url = await agent({ '/live': 200, '/leader': 503 })
    const step = steps.push.bind(steps)
    steps.push = (text) => {
      if (text.startsWith('moscow: upgrade')) agents[0]?.close().closeAllConnections()
      return step(text)
    }
    const failure = await roll(SECOND, inventory({ moscow: { failover_url: url } })).catch((error: unknown) =>
      String(error),
    )
    expect(failure).toContain('moscow: its failover agent does not answer any more; rolled back')
    expect(await versions()).toEqual(['1.0.0', '1.0.0', '1.0.0'])
  })

  longIt('a host from which ssh is cut off after its upgrade is rolled back by us', async () => {
    const onHost = '/bin/sh -c "$SSH_ORIGINAL_COMMAND"'
    await sshd.force(
      `case $SSH_ORIGINAL_COMMAND in *bundle.tar*) ${onHost}; kill -9 $PPID ;; *) exec ${onHost} ;; esac`,
    )
    const failure = await roll(SECOND).catch((error: unknown) => String(error))
    await sshd.force(`exec ${onHost}`)
    expect(failure).toMatch(/moscow: ssh was cut off: .*; rolled back/)
    expect(await versions()).toEqual(['1.0.0', '1.0.0', '1.0.0'])
  })

  longIt('nothing is sent that hosts would refuse, nor to a host that is not the one whose key is pinned', async () => {
    await expect(roll(bundleOf({ app: [] }, OTHER_KEY))).rejects.toMatchObject({ code: 'BUNDLE_REFUSED', exitCode: 78 })
    const other = inventory({}, await sshd.withOtherHostKey())
    await expect(roll(SECOND, other)).rejects.toMatchObject({
      code: 'DEPLOY_FAILED',
      message: expect.stringMatching(/moscow: ssh: /),
    })
    const unknown = inventory({ almaty: { known_hosts: (await sshd.withoutHostKey()).knownHosts } })
    await expect(roll(SECOND, unknown)).rejects.toMatchObject({ metadata: { host: 'almaty' } })
    // Trusted here, and not by the hosts.
    await expect(roll(bundleOf({ app: [] }, OTHER_KEY), inventory(), OTHER_KEY)).rejects.toMatchObject({
      message: expect.stringContaining('moscow: upgrade ended with 78: bundle refused'),
    })
    expect(await versions()).toEqual(['1.0.0', '1.0.0', '1.0.0'])
  })
})

describe('an inventory', () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'montana inventory-'))
  })

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  async function read(text: string) {
    const file = join(folder, 'hosts.yaml')
    writeFileSync(file, text)
    return await readInventory(file)
  }

  const host = (more: string) => `hosts:\n  - { name: a, address: 192.0.2.1, key_file: k, known_hosts: h${more} }\n`

  it('has defaults, and files beside it; keys are named in the arguments of ssh, and pinned strictly', async () => {
    const [first] = await read(
      `defaults: { key_file: keys/one, known_hosts: /etc/h, sudo: true }\nhosts:\n  - { name: a, address: a.example }\n`,
    )
    expect(first).toMatchObject({
      key_file: join(folder, 'keys/one'),
      known_hosts: '/etc/h',
      port: 22,
      user: 'root',
      sudo: true,
    })
    const words = first ? sshArguments(first, 'true') : []
    expect(words).toEqual(expect.arrayContaining(['StrictHostKeyChecking=yes', 'BatchMode=yes', 'IdentityAgent=none']))
    expect(words.slice(-3)).toEqual(['--', 'a.example', 'true'])
  })

  it.each([
    ['hosts: []', 'hosts'],
    [host(', password: x'), 'hosts.0'],
    [host(', address: "-oProxyCommand=x"'), 'inventory'],
    [host('').replace('192.0.2.1', '"-oProxyCommand=x"'), 'hosts.0.address'],
    [host(', user: "a b"'), 'hosts.0.user'],
    [host(', root: relative'), 'hosts.0.root'],
    [host('').replace(', known_hosts: h', ''), 'hosts.0.known_hosts'],
    [host('').replace('key_file: k, ', ''), 'hosts.0.key_file'],
    [`${host('')}  - { name: a, address: b, key_file: k, known_hosts: h }\n`, 'hosts.1.name'],
  ])('is refused with the field: %j', async (text, field) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'INVENTORY_INVALID', exitCode: 78, field })
  })

  it('that is not there is refused', async () => {
    await expect(readInventory(join(folder, 'none'))).rejects.toMatchObject({ code: 'INVENTORY_INVALID', exitCode: 78 })
  })
})
