import { join } from 'node:path/posix'
import { isAbort, withTimeout } from '@montana/foundation'
import { z } from 'zod'
import { ReleaseError } from '../errors.js'
import type { InventoryHost } from './inventory.js'
import { runSsh, SSH_FAILED, type SshResult, shellWord } from './ssh.js'

/** A host under load takes its time to start a program. */
const ASK_TIMEOUT_MS = 60_000
/** Copying and unpacking beside what the services may take. */
const WORK_TIMEOUT_MS = 600_000

const factsForm = z.looseObject({
  /** Name of the active release. */
  current: z.string(),
  /** Whether its failover agent holds a service; false where there is no agent. */
  acting: z.boolean(),
  /** Whether the agent answers and its loop turns. */
  live: z.boolean(),
})
export type HostFacts = z.infer<typeof factsForm>

/** Run on the host by the runtime of its active release: no other program need be there. */
const FACTS = `
const [link, url] = process.argv.slice(1)
const ask = (route) => fetch(new URL(route, url), { signal: AbortSignal.timeout(5000) }).catch(() => undefined)
const live = (await ask('/live'))?.status === 200
const leader = live ? await ask('/leader') : undefined
let acting = leader?.status === 200
if (leader?.status === 404) {
  const { policies } = await (await ask('/status')).json()
  acting = Object.values(policies).some(({ state }) => state === 'acting')
}
const { basename } = await import('node:path')
const { readlinkSync } = await import('node:fs')
console.log(JSON.stringify({ current: basename(readlinkSync(link)), acting, live }))
`

/** What a host says of itself. Throws {@link ReleaseError} with its name. */
export async function factsOf(host: InventoryHost, signal: AbortSignal): Promise<HostFacts> {
  const current = join(host.root, 'opt/montana/current')
  const words = [join(current, 'runtime/bin/node'), '--input-type=module', '-e', FACTS, current, host.failover_url]
  const { code, stdout, stderr } = await within(host, ASK_TIMEOUT_MS, signal, (inner) => {
    return runSsh(host, words.map(shellWord).join(' '), inner)
  })
  const parsed = code === 0 ? factsForm.safeParse(parseOr(stdout)) : undefined
  if (parsed?.success) return parsed.data
  throw hostFailed(host, code === SSH_FAILED ? `ssh: ${firstLine(stderr)}` : `no release answers: ${firstLine(stderr)}`)
}

/** Copies the bundle and upgrades; the host verifies it with the key that it was onboarded with, and goes back by itself. */
export async function upgradeHost(host: InventoryHost, bundle: string, signal: AbortSignal): Promise<SshResult> {
  const folder = join(host.root, 'var/tmp')
  // The copy is private, is gone in any case, and says nothing but what the upgrade says.
  const script = [
    `umask 077; folder=$(mktemp -d ${shellWord(`${folder}/montana-deploy.XXXXXX`)}) || exit 1`,
    `trap 'rm -rf "$folder"' EXIT; trap 'exit 1' HUP INT TERM`,
    `cat > "$folder/bundle.tar" || exit 1`,
    `${montana(host, 'upgrade')} "$folder/bundle.tar"`,
  ]
  const timeoutMs = WORK_TIMEOUT_MS + 4_000 * host.wait_s
  return await within(host, timeoutMs, signal, (inner) => runSsh(host, script.join('\n'), inner, bundle))
}

export async function rollBackHost(host: InventoryHost, signal: AbortSignal): Promise<SshResult> {
  const timeoutMs = ASK_TIMEOUT_MS + 4_000 * host.wait_s
  return await within(host, timeoutMs, signal, (inner) => runSsh(host, montana(host, 'rollback'), inner))
}

function montana({ root, sudo, services, wait_s }: InventoryHost, verb: string): string {
  const flags = ['--json', '--quiet', '--root', root, '--wait', String(wait_s)]
  const kind = services === undefined ? [] : ['--services', services]
  const words = [join(root, 'opt/montana/current/bin/montana'), verb, ...flags, ...kind]
  return `${sudo ? 'sudo -n ' : ''}${words.map(shellWord).join(' ')}`
}

async function within<T>(
  host: InventoryHost,
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return await withTimeout(ms, signal, work).catch((error: unknown) => {
    if (isAbort(error) && signal.aborted) throw error
    throw hostFailed(host, `no answer within ${ms / 1000} s`)
  })
}

export function hostFailed({ name }: InventoryHost, fault: string): ReleaseError {
  const remedy = `look at ${name}; the hosts after it were not touched`
  return new ReleaseError('DEPLOY_FAILED', `${name}: ${fault}`, { field: 'hosts', remedy, metadata: { host: name } })
}

export function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 200) || 'no reason given'
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
