import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLoopback, Group, HOSTS, MACHINES, type TrialNetwork } from '@montana/trials'
import { onTestFinished } from 'vitest'
import { startMontana, temporaryFolder, until } from '../../e2e/support/montana.js'

const START_MS = 60_000

/** Five real agents with their witnesses, all eligible, and breathing beside those of `breathing`. */
export async function startGroup(
  breathing: readonly string[],
  network: TrialNetwork = createLoopback(MACHINES, (process.pid % 250) + 1),
): Promise<Group> {
  const group = await Group.create(temporaryFolder(), network)
  onTestFinished(() => group.close())
  group.start()
  if (!(await group.eligible(HOSTS, START_MS))) throw new Error('not every host became eligible')
  for (const host of breathing) breathe(group, host)
  return group
}

function breathe(group: Group, host: string): void {
  const repo = group.layout.breathRepo(host)
  mkdirSync(join(repo, 'data'), { recursive: true })
  execFileSync('git', ['-C', repo, 'init', '--quiet'])
  writeFileSync(join(repo, 'data', 'users.json'), JSON.stringify({ [host]: { username: host } }))
  group.breathing(host).start()
}

export interface GroupConsole {
  readonly url: string
  readonly token: string
  readonly auditPath: string
}

/** `montana console` over the sockets of `hosts`, beside a devnet whose nodes do not run. */
export async function startGroupConsole(group: Group, hosts: readonly string[]): Promise<GroupConsole> {
  const tokenFile = join(temporaryFolder(), 'token')
  const url = await serve(group, hosts, ['--token-file', tokenFile])
  return { url, token: readFileSync(tokenFile, 'utf8').trim(), auditPath: `${tokenFile}.audit.jsonl` }
}

/** Without a token: it changes nothing. Its address. */
export async function startReadOnlyConsole(group: Group, hosts: readonly string[]): Promise<string> {
  return await serve(group, hosts, [])
}

async function serve({ layout }: Group, hosts: readonly string[], args: readonly string[]): Promise<string> {
  const dir = temporaryFolder()
  mkdirSync(join(dir, 'moscow'))
  writeFileSync(join(dir, 'moscow', 'identity.bin'), '')
  const sockets = hosts.flatMap((host) => ['--failover-socket', layout.socket(host)])
  const { child } = startMontana(['console', '--data-dir', dir, '--port', '0', '--json', ...args, ...sockets])
  let output = ''
  child.stdout?.on('data', (chunk) => {
    output += chunk
  })
  await until(() => output.endsWith('\n'), START_MS, 'the console says where it is')
  return (JSON.parse(output) as { console: string }).console
}
