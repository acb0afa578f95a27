import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { revise } from '@montana/fleet'
import { expect, it } from 'vitest'
import { montana, temporaryFolder, until } from './support/montana.js'
import { MemberProcess, makeNetwork, type NetworkFiles } from './support/network.js'
import { draftOf, makeOperators, type Operators, peerEntry, publish } from './support/signed-manifest.js'

const DAY_MS = 86_400_000
const issue = () => ({ issuedAtMs: Date.now(), validMs: 90 * DAY_MS })

const connectionsOf = async (node: MemberProcess, label: string) =>
  (await node.status()).peers.find((peer) => peer.label === label)?.conns

const isAt = (node: MemberProcess, version: number) => async () =>
  (await node.status().catch(() => undefined))?.manifest?.version === version

/** Three operators and one who comes later, who has a place in no manifest yet. */
async function signedNetwork(): Promise<{ files: NetworkFiles; operators: Operators }> {
  const files = await makeNetwork(temporaryFolder(), ['moscow', 'frankfurt', 'helsinki'], ['newcomer'])
  const operators = await makeOperators(files.dir, files.document.networkName)
  return { files, operators }
}

it('nodes follow their signed manifest while windows are made: a newcomer, a bad file, a removed node, an old version', async () => {
  const { files, operators } = await signedNetwork()
  const cohort = files.members.slice(0, 3)
  const [, , , newcomer] = files.members
  if (!newcomer) throw new Error('no newcomer')
  const one = await operators.sign(draftOf(files.document.networkName, cohort))
  publish(files, one)
  const flags = ['--operators', operators.path, '--fleet-state', join(files.dir, 'fleet')]
  const nodes = cohort.map((member) => new MemberProcess(files, member, flags))
  const [moscow, frankfurt] = nodes
  if (!moscow || !frankfurt) throw new Error('no node')
  const late = new MemberProcess(files, newcomer, flags)
  for (const node of nodes) await node.reaches(2, 60_000)
  expect((await moscow.status()).manifest).toMatchObject({ version: 1, state: 'valid', not_after: one.not_after })
  expect(await moscow.metric('montana_document_info', 'kind="manifest"', 'version="1"')).toBe(1)
  await until(
    async () => (await late.status().catch(() => undefined))?.degraded.includes('PEER_NOT_ALLOWED') === true,
    30_000,
    'the newcomer knows that it has no place',
  )

  publish(files, JSON.stringify({ ...one, version: 2 }))
  const refused = () => moscow.metric('montana_document_refused_total', 'code="DOC_SIGNATURES"')
  await until(async () => (await refused()) === 1, 10_000, 'the bad file is refused')
  const findings = (await moscow.status()).findings.filter(({ code }) => code === 'ManifestRefused')
  expect(findings.map(({ detail }) => detail)).toEqual([expect.stringContaining('0 of 2 operators')])
  expect((await moscow.status()).manifest?.version).toBe(1)

  const two = await operators.sign(revise(one, { peers: [...one.peers, peerEntry(newcomer)] }, issue()))
  publish(files, two)
  for (const node of [...nodes, late]) await until(isAt(node, 2), 10_000, 'version 2 is in force')
  await until(async () => (await connectionsOf(moscow, 'newcomer')) !== 0, 15_000, 'the newcomer is connected')
  await late.reaches(await moscow.head(), 30_000)
  expect((await late.status()).degraded).not.toContain('PEER_NOT_ALLOWED')

  const three = await operators.sign(revise(two, { peers: one.peers }, issue()))
  publish(files, three)
  for (const node of nodes) await until(isAt(node, 3), 10_000, 'version 3 is in force')
  await until(
    async () => (await late.status()).peers.every(({ conns }) => conns === 0),
    10_000,
    'the newcomer is alone',
  )
  const instance = (await moscow.status()).proc.instance

  publish(files, two)
  await until(
    async () => (await frankfurt.status()).manifest?.state === 'rollback',
    10_000,
    'the old version is refused',
  )
  const document = await fetch(`${statusUrl(moscow)}/documents/manifest`)
  expect(await document.json()).toEqual(three)
  const head = await moscow.head()
  await moscow.reaches(head + 2, 30_000)
  expect((await moscow.status()).proc.instance).toBe(instance)
}, 120_000)

function statusUrl({ member }: MemberProcess): string {
  return JSON.parse(readFileSync(join(member.dataDir, 'run.json'), 'utf8')).statusUrl as string
}

it('an invalid signed manifest ends the start with 78 and one line', async () => {
  const { files, operators } = await signedNetwork()
  const [member] = files.members
  if (!member) throw new Error('no member')
  publish(files, await operators.sign(draftOf(files.document.networkName, files.members), [1]))
  const args = ['--genesis', join(files.dir, 'genesis.json'), '--genesis-manifest', join(files.dir, 'manifest.json')]
  const all = ['start', '--data-dir', member.dataDir, ...args, '--listen', member.listen, '--operators', operators.path]
  const { code, stderr } = await montana(all)
  expect([code, stderr.trim().split('\n')]).toEqual([78, [expect.stringContaining('1 of 2 operators signed')]])
}, 30_000)
