import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ChatLog, createNamespaces, fenceBreaks, Group, HOSTS, hasNamespaces, MACHINES } from '@montana/trials'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { montana } from './support/montana.js'

/** Staleness of a git witness, one operation and the promotion: spec three-mirror 7.3. */
const SURVIVOR_MS = 18_000
const PATIENCE_MS = 30_000
const TIMEOUT_MS = 120_000
const WITHOUT = 'needs network namespaces: root, iproute2, nftables'

describe.skipIf(!hasNamespaces())(`failover with a git repository as the only witness (${WITHOUT})`, () => {
  let dir: string
  let group: Group
  let chat: ChatLog

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'montana-git-witness-'))
    const [hub, clone] = [join(dir, 'hub.git'), join(dir, 'clone')]
    execFileSync('git', ['init', '--quiet', '--bare', hub])
    execFileSync('git', ['clone', '--quiet', hub, clone], { stdio: 'ignore' })
    const witnesses = [{ name: 'w4', kind: 'git', repository: clone, remote: 'origin' }]
    const overrides = { witnesses, maxSurvivorRecoveryMs: SURVIVOR_MS + 1_000 }
    group = await Group.create(dir, createNamespaces(MACHINES, `${process.pid}g`), { overrides })
    group.chat.start()
    for (const host of group.hosts.values()) host.start()
    await group.leader('serve', PATIENCE_MS)
    expect(await group.eligible(HOSTS, PATIENCE_MS)).toBe(true)
    chat = new ChatLog(group.layout.home('chat'))
    group.startWriter()
  }, TIMEOUT_MS)

  afterAll(async () => {
    chat?.close()
    await group?.close()
    rmSync(dir, { recursive: true, force: true })
  }, TIMEOUT_MS)

  it(
    'keeps a host that sees nobody but the repository from leading while the leader lives',
    async () => {
      const leader = await group.leader('serve', PATIENCE_MS)
      const alone = HOSTS.find((host) => host !== leader) ?? ''
      for (const machine of MACHINES) if (machine !== alone) group.network.cut(alone, machine)
      await sleep(SURVIVOR_MS)
      expect(group.roles.leaders('serve')).toEqual([leader])
      // It could: the repository gives it standing. It sees there that the leader lives.
      const { stdout } = await montana(['failover', 'status', '--json', '--socket', group.layout.socket(alone)])
      const status = JSON.parse(stdout)
      expect(status.policies.serve).toMatchObject({ state: 'standby', standing: 'minority', leader: { host: leader } })
      expect(status.witnesses.w4).toMatchObject({ isAnswering: true })
      group.network.heal()
    },
    TIMEOUT_MS,
  )

  it(
    'is asked by check-config --online beside a running agent',
    async () => {
      const { layout } = group
      const host = HOSTS[0]
      const scratch = join(layout.home(host), 'witnesses', 'w4.git', 'HEAD')
      const before = statSync(scratch).ino
      const where = ['--state-dir', layout.home(host), '--identity-dir', layout.identity(host)]
      const args = [
        'failover',
        'check-config',
        '--config',
        layout.config,
        '--online',
        '--json',
        '--node',
        host,
        ...where,
      ]
      const { stdout } = await montana(args)
      const answers = new Map(JSON.parse(stdout).online.map((answer: { name: string }) => [answer.name, answer]))
      expect(answers.get('witness w4')).toMatchObject({ verdict: 'ok', text: 'answers, has posts of 5 hosts' })
      expect(answers.get('repository of w4')).toMatchObject({ verdict: 'ok' })
      expect(statSync(scratch).ino).toBe(before)
    },
    TIMEOUT_MS,
  )

  it(
    'lets the last of five take over within its bound',
    async () => {
      const leader = await group.leader('serve', PATIENCE_MS)
      const last = HOSTS.findLast((host) => host !== leader) ?? ''
      expect(await group.eligible(HOSTS, PATIENCE_MS)).toBe(true)
      const atMs = Date.now()
      await Promise.all(HOSTS.filter((host) => host !== last).map((host) => group.killHost(host)))
      while (chat.acceptedOf(last, atMs).length === 0 && Date.now() < atMs + PATIENCE_MS) await sleep(20)
      const gapMs = (chat.acceptedOf(last, atMs)[0]?.at_ms ?? Number.POSITIVE_INFINITY) - atMs
      expect(gapMs).toBeLessThan(SURVIVOR_MS)
      expect(fenceBreaks(chat.effects())).toBe(0)
      expect(chat.answeredTwice()).toBe(0)
    },
    TIMEOUT_MS,
  )
})
