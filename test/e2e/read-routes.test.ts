import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startConsole } from '@montana/console'
import { toHex } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkAccount } from '../../packages/console/page/src/explorer/proof.js'
import type { AccountView, ProposalsView, WindowView } from '../../packages/console/src/api/explorer-views.js'
import { temporaryFolder } from './support/montana.js'
import { MemberProcess, makeNetwork } from './support/network.js'

/** One window a second or less, and all of them while the questions are asked. */
const WINDOWS = 4

function statusUrl(dataDir: string): string {
  return (JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as { statusUrl: string }).statusUrl
}

async function json<T>(url: string): Promise<T> {
  const response = await fetch(url)
  expect([url, response.status]).toEqual([url, 200])
  return (await response.json()) as T
}

describe('the read routes of a running node', () => {
  it('answer through the console as they do themselves, and what is proven can be checked', async () => {
    const files = await makeNetwork(temporaryFolder(), ['moscow'])
    const [member] = files.members
    if (!member) throw new Error('a member expected')
    const node = new MemberProcess(files, member)
    await node.reaches(WINDOWS, 60_000)
    const console = await startConsole({ nodes: [{ label: 'moscow', dataDir: member.dataDir }], port: 0 })
    onTestFinished(() => console.stop())
    const base = `${console.url}/api/nodes/moscow`

    const list = await json<ProposalsView>(`${base}/proposals?limit=2`)
    expect(list.proposals[0]?.window).toBe(list.head)
    const older = await json<ProposalsView>(`${base}/proposals?cursor=${list.next}`)
    expect(older.proposals.at(-1)?.window).toBe(1)

    const account = toHex(member.identity.accountId)
    // Of cemented windows alone, so that nothing changes between the two questions.
    for (const path of ['genesis', 'proposal/2', 'window/3', `find/${list.proposals[0]?.proposal_hash}`]) {
      const own = await json<Record<string, unknown>>(new URL(`/api/${path}`, statusUrl(member.dataDir)).href)
      const passed = await json<Record<string, unknown>>(`${base}/${path}`)
      expect({ ...passed, head: 0 }).toEqual({ ...own, head: 0 })
    }
    const whole = await json<WindowView>(`${base}/window/3`)
    expect(whole.weights).toMatchObject({ active_chain_length: 2, quorum: 2, evidence_weight: 2 })
    for (const path of ['status', 'nodes', 'peers', 'consensus', 'winners', `node/${toHex(member.identity.nodeId)}`])
      await json(`${base}/${path}`)

    const claim = await json<AccountView>(`${base}/account/${account}`)
    expect(await checkAccount(claim, account)).toEqual({ isProven: true, record: claim.account })
    expect(claim.account?.balance_nj).toBe(String(13_000_000_000n * BigInt(claim.window)))
    const { proposals } = await json<ProposalsView>(`${base}/proposals?limit=200`)
    const header = proposals.find(({ window }) => window === claim.window)
    expect(header).toMatchObject({ proposal_hash: claim.proposal_hash, state_root: claim.state_root })

    const { head } = list
    const readers = Array.from({ length: 30 }, (_, i) => fetch(`${base}/window/${1 + (i % head)}`))
    await node.reaches(head + 3, 60_000)
    const codes = new Set((await Promise.all(readers)).map(({ status }) => status))
    expect([...codes].filter((status) => status !== 200 && status !== 503)).toEqual([])
  }, 120_000)
})
