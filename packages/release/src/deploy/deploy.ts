import { sleep } from '@montana/foundation'
import { z } from 'zod'
import { releaseName } from '../install/layout.js'
import { verified } from '../install/verified.js'
import { factsOf, firstLine, type HostFacts, hostFailed, rollBackHost, upgradeHost } from './host.js'
import { type InventoryHost, readInventory } from './inventory.js'
import { chooseNext } from './order.js'
import { SSH_FAILED } from './ssh.js'

/** An agent takes its time to turn after a restart. */
const LOOKS = 5
const LOOK_MS = 2_000

export interface DeployInit {
  /** YAML file. */
  readonly inventory: string
  readonly bundle: string
  /** Hex file of the release key: what hosts would refuse is not sent. */
  readonly keyFile: string
  readonly step?: (host: string, text: string) => void
}

export interface Deployed {
  readonly release: string
  /** In the order in which they were taken. */
  readonly hosts: readonly { readonly name: string; readonly isChanged: boolean }[]
}

/**
 * Rolls one bundle over the hosts, one at a time; who holds a service of a failover group comes last. A host that is not
 * well afterwards is rolled back, and no other one is touched. Throws ReleaseError (DEPLOY_FAILED, 1) that names the host.
 */
export async function deploy(init: DeployInit, signal: AbortSignal): Promise<Deployed> {
  const { step = () => {} } = init
  const hosts = await readInventory(init.inventory)
  const release = releaseName((await verified(init.bundle, init.keyFile)).release)
  const waiting = new Map(hosts.map((host) => [host.name, host]))
  const done: { name: string; isChanged: boolean }[] = []
  // All of them are asked before each: a role moves when its host restarts.
  while (waiting.size > 0) {
    const next = chooseNext(await askAll([...waiting.values()], signal))
    if (!next) break
    const { host } = next
    waiting.delete(host.name)
    const isChanged = next.facts.current !== release
    step(
      host.name,
      isChanged
        ? `upgrade from ${next.facts.current}${next.facts.acting ? ', acting until now' : ''}`
        : 'runs it already',
    )
    if (isChanged) await take(init, next, release, signal)
    done.push({ name: host.name, isChanged })
  }
  return { release, hosts: done }
}

/** All at once; of several that do not answer, the first of the inventory is named. */
async function askAll(hosts: readonly InventoryHost[], signal: AbortSignal): Promise<Asked[]> {
  const answers = await Promise.allSettled(hosts.map(async (host) => ({ host, facts: await factsOf(host, signal) })))
  return answers.map((answer) => {
    if (answer.status === 'rejected') throw answer.reason
    return answer.value
  })
}

async function take(
  { bundle, step = () => {} }: DeployInit,
  asked: Asked,
  release: string,
  signal: AbortSignal,
): Promise<void> {
  const { host } = asked
  const { code, stdout, stderr } = await upgradeHost(host, bundle, signal)
  const isCutOff = code === SSH_FAILED
  if (code !== 0 && !isCutOff)
    throw hostFailed(host, `upgrade ended with ${code}: ${reasonIn(stdout) ?? firstLine(stderr)}`)
  const fault = isCutOff ? `ssh was cut off: ${firstLine(stderr)}` : await faultAfter(asked, release, signal)
  if (fault === undefined) return step(host.name, `${release} is active and well`)
  step(host.name, `roll back: ${fault}`)
  throw hostFailed(host, `${fault}; ${await wayBack(asked, signal)}`)
}

/** Only from a release that is not the one before: an upgrade that was cut off may not have begun, or have gone back by itself. */
async function wayBack({ host, facts }: Asked, signal: AbortSignal): Promise<string> {
  const now = await factsOf(host, signal).catch(() => undefined)
  if (!now) return 'it cannot be reached to be rolled back'
  if (now.current === facts.current) return `${now.current} is active, as before`
  const { code } = await rollBackHost(host, signal)
  return code === 0 ? 'rolled back' : `the rollback ended with ${code}`
}

interface Asked {
  readonly host: InventoryHost
  readonly facts: HostFacts
}

/** What the host's own upgrade does not see: that it is the release we sent, and that the failover agent turns. */
async function faultAfter({ host, facts }: Asked, release: string, signal: AbortSignal): Promise<string | undefined> {
  for (let look = 1; ; look++) {
    const now = await factsOf(host, signal).catch(() => undefined)
    const fault = now ? faultIn(now, facts, release) : 'it does not answer any more'
    if (fault === undefined || look === LOOKS) return fault
    await sleep(LOOK_MS, signal)
  }
}

function faultIn(now: HostFacts, before: HostFacts, release: string): string | undefined {
  if (now.current !== release) return `${now.current} is active`
  return before.live && !now.live ? 'its failover agent does not answer any more' : undefined
}

const errorForm = z.looseObject({ error: z.looseObject({ message: z.string() }) })

function reasonIn(stdout: string): string | undefined {
  try {
    return firstLine(errorForm.parse(JSON.parse(stdout)).error.message)
  } catch {
    return undefined
  }
}
