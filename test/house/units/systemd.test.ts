import { spawnSync } from 'node:child_process'
import { appendFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dropIns, installed, services, timers, unitRoot, valuesOf } from './support.js'

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
/** Of spec operations 10; `systemd-analyze` takes it times ten. */
const EXPOSURE_MAX = 2

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

function exposureOf(root: string, unit: string): number {
  const args = ['security', '--offline=true', `--root=${root}`, '--no-pager', unit]
  const { stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
  const [, score] = /Overall exposure level for .+: (\d+\.\d)/.exec(stdout) ?? []
  if (score === undefined) throw new Error(`no score for ${unit}: ${stderr}`)
  return Number(score)
}

describe.skipIf(!hasSystemd)('systemd units, offline (skipped without systemd-analyze)', () => {
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
    const root = unitRoot()
    const scores = services.map((unit) => [unit, exposureOf(root, unit.replace('@.', '@any.'))] as const)
    process.stdout.write(`exposure: ${scores.map(([unit, score]) => `${unit} ${score.toFixed(1)}`).join(', ')}\n`)
    expect(scores.filter(([, score]) => score > EXPOSURE_MAX)).toEqual([])
  })

  it('have calendars that come round', () => {
    for (const unit of timers) {
      const { stdout, status } = spawnSync('systemd-analyze', ['calendar', ...valuesOf(unit, 'OnCalendar')], {
        encoding: 'utf8',
      })
      expect([unit, status, stdout.includes('Next elapse')]).toEqual([unit, 0, true])
    }
  })
})
