import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

const UNITS = join(import.meta.dirname, '..', '..', 'deploy', 'systemd')
const names = readdirSync(UNITS)
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0
/** "SAFE" by the words of `systemd-analyze security`. */
const EXPOSURE_MAX = 20

/** A root of its own with the host's units and ours: nothing is started, only read. */
function unitRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'units-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  cpSync('/usr/lib/systemd/system', join(root, 'usr/lib/systemd/system'), { recursive: true, verbatimSymlinks: true })
  cpSync(UNITS, join(root, 'etc/systemd/system'), { recursive: true })
  mkdirSync(join(root, 'opt/montana/current/bin'), { recursive: true })
  writeFileSync(join(root, 'opt/montana/current/bin/montana'), '#!/bin/sh\n')
  chmodSync(join(root, 'opt/montana/current/bin/montana'), 0o755)
  return root
}

describe.skipIf(!hasSystemd)('systemd units, offline (skipped without systemd-analyze)', () => {
  it('verify', () => {
    const root = unitRoot()
    for (const name of names) {
      const path = join(root, 'etc/systemd/system', name)
      const { stderr } = spawnSync('systemd-analyze', [`--root=${root}`, '--man=no', 'verify', path], {
        encoding: 'utf8',
      })
      expect(stderr.split('\n').filter((line) => line.includes('montana'))).toEqual([])
    }
  })

  it('are as closed as they can be', () => {
    const root = unitRoot()
    for (const name of names.filter((unit) => unit.endsWith('.service'))) {
      const args = ['security', '--offline=true', `--root=${root}`, `--threshold=${EXPOSURE_MAX}`, name]
      const { status, stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
      expect([name, status, status === 0 ? '' : stdout]).toEqual([name, 0, ''])
    }
  })

  it('have calendars that come round', () => {
    for (const name of names.filter((unit) => unit.endsWith('.timer'))) {
      const calendar = /^OnCalendar=(.+)$/m.exec(readFileSync(join(UNITS, name), 'utf8'))?.[1] ?? ''
      expect(execFileSync('systemd-analyze', ['calendar', calendar], { encoding: 'utf8' })).toContain('Next elapse')
    }
  })
})
