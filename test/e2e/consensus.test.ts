import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeStatus } from '@montana/node/settings'
import { describe, expect, it } from 'vitest'
import { tellFigure } from '../support/figure.js'
import { montana, startMontana, temporaryFolder, until } from './support/montana.js'

/** The network of rule bootstrap + evidence; the default one is of rotation + vote. */
const EVIDENCE_GENESIS = '0db6ffb86aae663194d34cafc15aac068f415f0e271a998a0be34d5a75ad6d3a'
/** Selections are at 12 and 24: a registration that is too late for the first is there for the second. */
const WINDOWS = 36
const QUICK = ['--min-window-ms', '500', '--poll-every', '0']

interface Result {
  verdict: string
  reasons: string[]
  genesisHash: string
  proposers: Record<string, number>
  confirmers: Record<string, number>
  nodes: { label: string; phase: string | null; lag: number | null }[]
}

async function devnet(dir: string, ...args: string[]): Promise<{ code: number; result: Result }> {
  const run = await montana(['devnet', '--data-dir', dir, '--json', ...QUICK, ...args])
  return { code: run.code ?? -1, result: JSON.parse(run.stdout) as Result }
}

describe('rotation, vote and admission in four processes', () => {
  it('admits the candidate, lets it confirm, and goes on with three when the bootstrap operator dies', async () => {
    const dir = temporaryFolder()
    const { code, result } = await devnet(dir, '--windows', String(WINDOWS), '--fault', 'kill:moscow@29:forever')
    expect(result.reasons).toEqual([])
    expect(code).toBe(0)
    expect(result.nodes.find(({ label }) => label === 'armenia')?.phase).toBe('Active')
    expect(result.confirmers.armenia).toBeGreaterThanOrEqual(8)
    expect(Object.values(result.proposers).filter((windows) => windows > 0).length).toBeGreaterThanOrEqual(3)
    expect(Object.values(result.proposers).reduce((a, b) => a + b, 0)).toBe(WINDOWS)
    const verified = await montana(['windows', 'verify', '--data-dir', dir, '--json'])
    expect(JSON.parse(verified.stdout).verdict, verified.stdout).toBe('PASS')
    const evidence = JSON.parse((await montana(['evidence', 'list', '--data-dir', dir, '--json'])).stdout)
    expect(evidence.nodes.flatMap((node: { evidence: unknown[] }) => node.evidence)).toEqual([])
  }, 180_000)

  it('still runs bootstrap + evidence, and refuses a data directory of other rules with the remedy', async () => {
    const dir = temporaryFolder()
    const { result } = await devnet(dir, '--rules', 'bootstrap+evidence', '--windows', '4')
    expect(result).toMatchObject({ verdict: 'PASS', reasons: [], genesisHash: EVIDENCE_GENESIS })
    expect(result.proposers).toEqual({ moscow: 4, frankfurt: 0, helsinki: 0, armenia: 0 })
    const other = await montana(['devnet', '--data-dir', dir, '--json', '--windows', '1'])
    expect(other.code).toBe(78)
    expect(JSON.parse(other.stdout).error.remedy).toContain('--reset')
  }, 180_000)
})

describe('an observer whose clock is too slow for the network', () => {
  it('follows within one window by verifying proofs, and says so', async () => {
    const dir = temporaryFolder()
    const slow = ['--no-candidate', '--slow', 'armenia:1.5', '--verify', 'full', '--min-window-ms', '1000']
    startMontana(['devnet', '--data-dir', dir, '--poll-every', '0', ...slow])
    const url = () => JSON.parse(readFileSync(join(dir, 'armenia', 'run.json'), 'utf8')).statusUrl as string
    const status = async () => (await (await fetch(`${url()}/status.json`)).json()) as NodeStatus
    const hasWindows = async () => (await status().catch(() => undefined))?.window ?? 0
    await until(async () => (await hasWindows()) >= 8, 60_000, 'eight windows')
    let latest = await status()
    const isProven = async () => {
      latest = await status()
      return latest.clock.source === 'proof' && (latest.clock.load ?? 0) > 1
    }
    // While other work slows the whole mesh down, this clock is as fast as the others.
    await until(isProven, 60_000, 'a window that was proven, at the pace of the network')
    const { clock, phase, window, target_window: target } = latest
    expect(phase).toBe('Bootstrap')
    tellFigure('slow-observer', target - window)
    expect(target - window).toBeLessThanOrEqual(1)
    expect(clock.values.proof).toBeGreaterThan(0)
    expect(clock.proofs.verified).toBeGreaterThan(0)
    expect(clock.note).toMatch(/^too slow by a factor of .*; following by verifying proofs$/)
    const log = readFileSync(join(dir, 'armenia', 'node.log'), 'utf8')
    expect(log).toContain('SLOW CLOCK: too slow by a factor of 1.50')
  }, 180_000)
})
