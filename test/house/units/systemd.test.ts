import { spawnSync } from 'node:child_process'
import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dropIns, installed, services, timers, unitRoot, valuesOf } from './support.js'

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
/** Of spec operations 10. */
const EXPOSURE_MAX = 2
const OUTPUT_MAX_BYTES = 16 * 2 ** 20
/** Of a host that is busy with other suites. */
const SLOW_MS = 120_000

/** What `verify` complains about; it ends with 0 even on unknown keys. */
function complaints(root: string): string[] {
  const isUnit = (name: string) => /\.(service|timer)$/.test(name)
  const paths = readdirSync(installed(root))
    .filter(isUnit)
    .map((name) => join(installed(root), name))
  const args = [`--root=${root}`, '--man=no', 'verify', ...paths]
  const { stderr, status } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  return status === 0 ? stderr.split('\n').filter((line) => line !== '') : [stderr, `exit ${status}`]
}

/** Exposure of each unit, in one call. */
function exposures(root: string, units: readonly string[]): (readonly [unit: string, score: number])[] {
  const args = ['security', '--offline=true', `--root=${root}`, '--no-pager', ...units]
  const { stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8', maxBuffer: OUTPUT_MAX_BYTES })
  const scores = [...stdout.matchAll(/Overall exposure level for (.+): (\d+\.\d)/g)]
  if (scores.length !== units.length) throw new Error(`${scores.length} scores of ${units.length}: ${stderr}`)
  return scores.map(([, unit = '', score]) => [unit, Number(score)])
}

describe.skipIf(!hasSystemd)('systemd units, offline (skipped without systemd-analyze)', { timeout: SLOW_MS }, () => {
  it('verify without a word, with drop-ins and without', () => {
    expect(complaints(unitRoot())).toEqual([])
    expect(complaints(unitRoot(...dropIns))).toEqual([])
  })

  it('a misspelt key is a word', () => {
    const root = unitRoot()
    appendFileSync(join(installed(root), 'montana-node.service'), '\n[Service]\nRestratSec=10\n')
    expect(complaints(root).join()).toContain('RestratSec')
  })

  it('are as closed as they can be', () => {
    const scores = exposures(
      unitRoot(),
      services.map((unit) => unit.replace('@.', '@any.')),
    )
    const [[, asRoot] = ['', 10]] = exposures(unitRoot('wireguard-go'), ['montana-vpn-key-sync.service'])
    const all = [...scores, ['montana-vpn-key-sync.service with wireguard-go', asRoot] as const]
    process.stdout.write(`exposure: ${all.map(([unit, score]) => `${unit} ${score.toFixed(1)}`).join(', ')}\n`)
    expect(all.filter(([, score]) => score > EXPOSURE_MAX)).toEqual([])
  })

  it('have calendars that come round', () => {
    const calendars = timers.flatMap((unit) => valuesOf(unit, 'OnCalendar'))
    const { stdout, status } = spawnSync('systemd-analyze', ['calendar', ...calendars], { encoding: 'utf8' })
    expect([status, stdout.match(/Next elapse/g)?.length]).toEqual([0, timers.length])
  })
})
